from starlette.testclient import TestClient

from bot.web.reference import operations


def test_the_page_names_every_operation_and_field(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    page = client.get("/docs").text
    for operation in operations(description):
        assert f"{operation.method} {operation.path}" in page
        for field in operation.request:
            assert f"<code>{field.name}</code>" in page


def test_the_interface_is_the_contracts(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {(path, method) for path, methods in paths.items() for method in methods} == {
        ("/api/v1/conversations", "post"),
        ("/api/v1/conversations/{conversation_id}/messages", "post"),
        ("/api/v1/conversations/{conversation_id}", "get"),
        ("/api/v1/conversations/{conversation_id}/events", "get"),
        ("/api/v1/conversations/{conversation_id}/handoff", "post"),
        ("/api/v1/conversations/{conversation_id}/identity", "post"),
        ("/api/v1/conversations/{conversation_id}/messages/{message_id}/feedback", "post"),
        ("/api/v1/conversations/{conversation_id}/typing", "post"),
        ("/api/v1/desks/zendesk", "post"),
        ("/api/v1/desks/chatwoot", "post"),
        ("/livez", "get"),
        ("/readyz", "get"),
    }


def test_fields_are_read_out_of_the_schemas(client: TestClient) -> None:
    found = {(one.method, one.path): one for one in operations(client.get("/openapi.json").json())}
    opening = found["POST", "/api/v1/conversations"]
    fields = {field.name: field for field in opening.request}
    assert fields["site_key"].required
    assert not fields["context"].required
    assert fields["context.platform"].type == "web | app | any"
    assert fields["identity_token"].type == "string or null"
    sending = found["POST", "/api/v1/conversations/{conversation_id}/messages"]
    assert sending.needs_token
    answer = next(response for response in sending.responses if response.status == "200")
    assert set(answer.media_types) == {"application/json", "text/event-stream"}
    assert {"reply", "reply.citations[].url", "owner"} <= {field.name for field in answer.fields}
    assert {response.status for response in sending.responses} == {
        "200",
        "401",
        "404",
        "413",
        "422",
        "429",
        "500",
        "503",
    }


def test_every_error_is_documented_in_the_one_shape(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in description["components"]["schemas"]
    for methods in description["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if not status.startswith("2"):
                    assert response["content"]["application/json"]["schema"] == {
                        "$ref": "#/components/schemas/ErrorOut"
                    }


def test_code_in_a_description_is_shown_as_code(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "<code>Accept: text/event-stream</code>" in page
    assert "`" not in page


def test_the_page_needs_no_script(client: TestClient) -> None:
    assert "<script" not in client.get("/docs").text
