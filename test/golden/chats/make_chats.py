"""Writes chats.json: exchanges in the chat templates of well-known models, as tokens.

    python make_chats.py      # tokenizers 0.23, transformers 5.18

The templates of Llama 3, Mistral 0.2, Gemma 2 and Phi 3 are those that are published. Those of Llama 2, Llama 3.2, Qwen 2.5, Qwen 3
and Mistral 0.3 are shorter than the published ones: without what these do with a system's turn or with tools, and with thoughts that
come apart from an answer. Aya's was written for this test, with the tokens by which Cohere's models tell turns; it is not the published one.

The tokenisers are those of ../tokenisers, with the tokens for chats that the models have beside them. Virtual tokens stand in
the text as a special token of their own; -1 - k is the kth of them.

    each of chats.json: {name, tokeniser, added, config, template, exchanges}
      added       tokens to add to the tokeniser, in the form of tokenizer.json
      config      what tokenizer_config.json says beside the template
      exchanges   {said, answer, prompt, whole}: `said` is texts and numbers of virtual tokens in turn;
                  prompt      what transformers gives for the user's turn with the assistant's opened
                  whole       what it gives for the whole exchange
      later       {first, firstAnswer, said, answer, whole}: two exchanges of one conversation
"""
import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer
from transformers import PreTrainedTokenizerFast

HERE = Path(__file__).parent
VIRTUAL = '<|VIRTUAL|>'

LLAMA2 = """{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + message['content'].strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + message['content'].strip() + ' ' + eos_token }}{% endif %}{% endfor %}"""
LLAMA3 = """{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"""
LLAMA32 = """{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
{{- "Cutting Knowledge Date: December 2023\n" }}
{{- "Today Date: " + date_string + "\n\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- endif %}
"""
QWEN25 = """{%- if messages[0]['role'] == 'system' %}
    {{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}
{%- else %}
    {{- '<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
"""
QWEN3 = """{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if message.role == "user" %}
        {{- '<|im_start|>' + message.role + '\n' + content + '<|im_end|>' + '\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if '</think>' in content %}
            {%- set reasoning_content = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\n<think>\n' + reasoning_content.strip('\n') + '\n</think>\n\n' + content.lstrip('\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\n\n</think>\n\n' }}
    {%- endif %}
{%- endif %}"""
MISTRAL = """{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"""
MISTRAL3 = """{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + '[/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] | trim + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"""
GEMMA = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"""
PHI3 = """{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"""
AYA = """{{ bos_token }}{% for message in messages %}{{ '<|START_OF_TURN_TOKEN|>' + ('<|USER_TOKEN|>' if message.role == 'user' else '<|CHATBOT_TOKEN|>') + message.content | trim + '<|END_OF_TURN_TOKEN|>' }}{% endfor %}{% if add_generation_prompt %}<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>{% endif %}"""

LLAMA3_TOKENS = [('<|start_header_id|>', {}), ('<|end_header_id|>', {})]
LLAMA3_ENDS = dict(bos_token='<|begin_of_text|>', eos_token='<|eot_id|>')
CHATS = [
    ('Llama 2', 'llama2', [], dict(bos_token='<s>', eos_token='</s>'), LLAMA2),
    ('Llama 3', 'llama3', LLAMA3_TOKENS, LLAMA3_ENDS, LLAMA3),
    ('Llama 3.2', 'llama3', LLAMA3_TOKENS, LLAMA3_ENDS, LLAMA32),
    ('Qwen 2.5', 'qwen2', [], dict(eos_token='<|im_end|>', pad_token='<|endoftext|>'), QWEN25),
    ('Qwen 3', 'qwen2', [('<think>', dict(special=False)), ('</think>', dict(special=False))],
     dict(eos_token='<|im_end|>', pad_token='<|endoftext|>'), QWEN3),
    ('Mistral 0.2', 'mistral', [], dict(bos_token='<s>', eos_token='</s>'), MISTRAL),
    ('Mistral 0.3', 'mistral', [('[INST]', {}), ('[/INST]', {})], dict(bos_token='<s>', eos_token='</s>'), MISTRAL3),
    ('Gemma 2', 'gemma', [('<start_of_turn>', {}), ('<end_of_turn>', {})], dict(bos_token='<bos>', eos_token='<eos>'), GEMMA),
    ('Phi 3', 'phi3', [('<|assistant|>', dict(rstrip=True))], dict(bos_token='<s>', eos_token='<|endoftext|>'), PHI3),
    ('Aya', 'cohere', [(f'<|{name}_TOKEN|>', {}) for name in ('START_OF_TURN', 'END_OF_TURN', 'USER', 'CHATBOT')],
     dict(bos_token='<BOS_TOKEN>', eos_token='<|END_OF_TURN_TOKEN|>'), AYA),
]
EXCHANGES = [
    ([3, ' Barclays PLC steg kraftigt i dag. Känsla:'], 'positiv'),
    (['Vad är stämningen?', 2, ' Börsen föll. ', 1, ' Svar:'], 'negativ och orolig'),
    (['  \n Frågan', 1, ': "Går det bra?"\n\n'], 'Ja'),
    (['Blir det \x85sol?\x1f ', 1, '\ufeff'], ' Kanske \n'),
    (['Klassificera:\n', 2, 'Det regnar i Umeå.\n', 2], '2 av 5, tror jag'),
]


def messages(said, answer=None):
    text = ''.join(part if isinstance(part, str) else VIRTUAL * part for part in said)
    user = [{'role': 'user', 'content': text}]
    return user if answer is None else [*user, {'role': 'assistant', 'content': answer}]


def chat(name, tokeniser, tokens, config, template):
    library = Tokenizer.from_file(str(HERE / '../tokenisers' / tokeniser / 'tokenizer.json'))
    added = []
    for content, options in tokens:
        special = options.get('special', True)
        token = AddedToken(content, normalized=False, rstrip=options.get('rstrip', False))
        (library.add_special_tokens if special else library.add_tokens)([token])
        added.append({'id': library.token_to_id(content), 'content': content, 'single_word': False, 'lstrip': False,
                      'rstrip': options.get('rstrip', False), 'normalized': False, 'special': special})
    library.add_special_tokens([AddedToken(VIRTUAL, normalized=False)])
    reference = PreTrainedTokenizerFast(tokenizer_object=library, chat_template=template, **config)
    virtual = library.token_to_id(VIRTUAL)

    def ids(conversation, **options):
        found = reference.apply_chat_template(conversation, tokenize=True, return_dict=False, enable_thinking=False,
                                              date_string='26 Jul 2024', **options)
        count = 0
        result = []
        for token in found:
            result.append(-1 - count if token == virtual else token)
            count += token == virtual
        return result

    exchanges = [dict(said=said, answer=answer, prompt=ids(messages(said), add_generation_prompt=True),
                      whole=ids(messages(said, answer))) for said, answer in EXCHANGES]
    first = ['Hur går det?']
    later = dict(first=first, firstAnswer='Bra', said=['Och i morgon?'], answer='Sämre',
                 whole=ids([*messages(first, 'Bra'), *messages(['Och i morgon?'], 'Sämre')]))
    return dict(name=name, tokeniser=tokeniser, added=added, config=config, template=template, exchanges=exchanges,
                later=later)


with open(HERE / 'chats.json', 'w', encoding='utf8') as file:
    json.dump([chat(*each) for each in CHATS], file, ensure_ascii=False, indent=1)
    file.write('\n')
