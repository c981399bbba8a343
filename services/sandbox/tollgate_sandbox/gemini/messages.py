"""The message types of Google's generative language API that chats and embeddings use."""

from .proto import (
    Message,
    Repeated,
    any_value,
    boolean,
    enum,
    integer,
    mapping,
    number,
    octets,
    string,
    struct,
)

_TYPE = enum(
    "Type",
    "TYPE_UNSPECIFIED",
    "STRING",
    "NUMBER",
    "INTEGER",
    "BOOLEAN",
    "ARRAY",
    "OBJECT",
    "NULL",
    any_case=True,
)
SCHEMA = Message(
    "Schema",
    {
        "type": _TYPE,
        "format": string,
        "title": string,
        "description": string,
        "nullable": boolean,
        "default": any_value,
        "example": any_value,
        "enum": Repeated(string),
        "required": Repeated(string),
        "propertyOrdering": Repeated(string),
        "minItems": integer,
        "maxItems": integer,
        "minLength": integer,
        "maxLength": integer,
        "minProperties": integer,
        "maxProperties": integer,
        "minimum": number,
        "maximum": number,
        "pattern": string,
    },
)
SCHEMA.fields["items"] = SCHEMA
SCHEMA.fields["anyOf"] = Repeated(SCHEMA)
SCHEMA.fields["properties"] = mapping(SCHEMA)

_BLOB = Message("Blob", {"mimeType": string, "data": octets, "displayName": string})
_FUNCTION_CALL = Message("FunctionCall", {"id": string, "name": string, "args": struct})
_FUNCTION_RESPONSE = Message(
    "FunctionResponse",
    {
        "id": string,
        "name": string,
        "response": struct,
        "willContinue": boolean,
        "scheduling": enum("Scheduling", "SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE"),
        "parts": Repeated(Message("FunctionResponsePart", {"inlineData": _BLOB})),
    },
)
_PART = Message(
    "Part",
    {
        "text": string,
        "thought": boolean,
        # Read as it stands: a signature that is no base64 is a wrong signature.
        "thoughtSignature": string,
        "inlineData": _BLOB,
        "fileData": Message("FileData", {"mimeType": string, "fileUri": string}),
        "functionCall": _FUNCTION_CALL,
        "functionResponse": _FUNCTION_RESPONSE,
        "executableCode": any_value,
        "codeExecutionResult": any_value,
        "videoMetadata": any_value,
        "mediaResolution": any_value,
        "partMetadata": any_value,
    },
)
CONTENT = Message("Content", {"role": string, "parts": Repeated(_PART)})
_DECLARATION = Message(
    "FunctionDeclaration",
    {
        "name": string,
        "description": string,
        "parameters": SCHEMA,
        "parametersJsonSchema": any_value,
        "response": SCHEMA,
        "responseJsonSchema": any_value,
        "behavior": enum("Behavior", "UNSPECIFIED", "BLOCKING", "NON_BLOCKING"),
    },
)
_TOOL = Message(
    "Tool",
    {
        "functionDeclarations": Repeated(_DECLARATION),
        **dict.fromkeys(
            (
                "googleSearch",
                "googleSearchRetrieval",
                "googleMaps",
                "codeExecution",
                "urlContext",
                "fileSearch",
                "computerUse",
            ),
            any_value,
        ),
    },
)
_TOOL_CONFIG = Message(
    "ToolConfig",
    {
        "functionCallingConfig": Message(
            "FunctionCallingConfig",
            {
                "mode": enum("Mode", "MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"),
                "allowedFunctionNames": Repeated(string),
            },
        ),
        "retrievalConfig": any_value,
    },
)
_SAFETY = Message(
    "SafetySetting",
    {
        "category": enum(
            "HarmCategory",
            "HARM_CATEGORY_UNSPECIFIED",
            "HARM_CATEGORY_HARASSMENT",
            "HARM_CATEGORY_HATE_SPEECH",
            "HARM_CATEGORY_SEXUALLY_EXPLICIT",
            "HARM_CATEGORY_DANGEROUS_CONTENT",
            "HARM_CATEGORY_CIVIC_INTEGRITY",
        ),
        "threshold": enum(
            "HarmBlockThreshold",
            "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
            "BLOCK_LOW_AND_ABOVE",
            "BLOCK_MEDIUM_AND_ABOVE",
            "BLOCK_ONLY_HIGH",
            "BLOCK_NONE",
            "OFF",
        ),
    },
)
_THINKING = Message(
    "ThinkingConfig",
    {
        "includeThoughts": boolean,
        "thinkingBudget": integer,
        "thinkingLevel": enum(
            "ThinkingLevel",
            "THINKING_LEVEL_UNSPECIFIED",
            "MINIMAL",
            "LOW",
            "MEDIUM",
            "HIGH",
            any_case=True,
        ),
    },
)
_GENERATION = Message(
    "GenerationConfig",
    {
        "candidateCount": integer,
        "stopSequences": Repeated(string),
        "maxOutputTokens": integer,
        "temperature": number,
        "topP": number,
        "topK": number,
        "seed": integer,
        "presencePenalty": number,
        "frequencyPenalty": number,
        "responseLogprobs": boolean,
        "logprobs": integer,
        "responseMimeType": string,
        "responseSchema": SCHEMA,
        "responseJsonSchema": any_value,
        "responseModalities": Repeated(
            enum("Modality", "MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO", any_case=True)
        ),
        "thinkingConfig": _THINKING,
        "speechConfig": any_value,
        "imageConfig": any_value,
        "mediaResolution": any_value,
        "enableEnhancedCivicAnswers": boolean,
    },
)
REQUEST = Message(
    "GenerateContentRequest",
    {
        "model": string,
        "contents": Repeated(CONTENT),
        "systemInstruction": CONTENT,
        "tools": Repeated(_TOOL),
        "toolConfig": _TOOL_CONFIG,
        "safetySettings": Repeated(_SAFETY),
        "generationConfig": _GENERATION,
        "cachedContent": string,
        "serviceTier": string,
        "store": boolean,
    },
)
COUNT = Message(
    "CountTokensRequest",
    {"model": string, "contents": Repeated(CONTENT), "generateContentRequest": REQUEST},
)
_TASK_TYPE = enum(
    "TaskType",
    "TASK_TYPE_UNSPECIFIED",
    "RETRIEVAL_QUERY",
    "RETRIEVAL_DOCUMENT",
    "SEMANTIC_SIMILARITY",
    "CLASSIFICATION",
    "CLUSTERING",
    "QUESTION_ANSWERING",
    "FACT_VERIFICATION",
    "CODE_RETRIEVAL_QUERY",
)
EMBED = Message(
    "EmbedContentRequest",
    {
        "model": string,
        "content": CONTENT,
        "taskType": _TASK_TYPE,
        "title": string,
        "outputDimensionality": integer,
    },
)
EMBED_BATCH = Message("BatchEmbedContentsRequest", {"requests": Repeated(EMBED)})
