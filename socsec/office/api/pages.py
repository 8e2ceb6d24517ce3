"""Lists in pages: `?limit=&cursor=`, the next page named in the Link header."""

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class CursorPages(CursorPagination):
    page_size = 100
    max_page_size = 1000
    page_size_query_param = "limit"
    cursor_query_param = "cursor"

    def get_paginated_response(self, data: Any) -> Response:
        after = self.get_next_link()
        found = Response({"results": data, "next": after})
        if after:
            found["Link"] = f'<{after}>; rel="next"'
        return found

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": ["string", "null"], "format": "uri"},
            },
        }
