-- Asks ptask for what Neovim shows of the task file that is open, and writes the answers to the file that $ANSWERS names.
local buffer = vim.api.nvim_get_current_buf()
local answers = {}

local function wait_until(what, ready)
  if not vim.wait(60000, ready, 50) then error('no ' .. what) end
end

local function codes()
  return vim.tbl_map(function(problem) return problem.code end, vim.diagnostic.get(buffer))
end

local function place_of(word)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local column = line:find(word, 1, true)
    if column then return number, column - 1 end
  end
  error('no ' .. word)
end

local function at(word)
  local number, column = place_of(word)
  vim.api.nvim_win_set_cursor(0, { number, column })
end

local function client() return assert(vim.lsp.get_clients({ name = 'ptask' })[1], 'ptask does not run') end

local function ask(method, more)
  local params = vim.tbl_extend('force', vim.lsp.util.make_position_params(0, client().offset_encoding), more or {})
  local reply = assert(client():request_sync(method, params, 30000, buffer), method)
  assert(not reply.err, vim.inspect(reply.err))
  return reply.result
end

local function run()
  -- The last to be known, as it needs the rows.
  wait_until('problems of rows', function() return vim.tbl_contains(codes(), 'placeholder-unknown') end)
  answers.problems = codes()

  at('answer_field')
  answers.hover = ask('textDocument/hover').contents.value

  at('langauge')
  vim.lsp.buf.code_action({
    filter = function(action) return action.isPreferred end,
    apply = true,
  })
  wait_until('quick fix', function() return pcall(place_of, '"language": "sv"') end)
  wait_until('problems of the new text', function()
    return not vim.tbl_contains(vim.tbl_map(function(problem) return problem.message end, vim.diagnostic.get(buffer)),
      'Unknown key "langauge". Did you mean "language"?')
  end)

  at('label",')
  local offers = ask('textDocument/completion')
  answers.completion = vim.tbl_map(function(item) return item.label end, offers.items or offers)

  vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  wait_until('hints', function() return #vim.lsp.inlay_hint.get({ bufnr = buffer }) > 0 end)
  local hints = vim.lsp.inlay_hint.get({ bufnr = buffer })
  answers.hints = vim.tbl_map(function(hint) return hint.inlay_hint.label end, hints)

  at('sentiment-task",')
  vim.lsp.buf.rename('mood')
  wait_until('new name', function() return pcall(place_of, '"taskname": "mood"') end)
  local changed = vim.fn.getbufinfo({ bufmodified = 1 })
  answers.renamed = vim.tbl_map(function(file) return vim.fs.basename(file.name) end, changed)

  vim.lsp.buf.format({ async = false })
  answers.text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
end

local ok, message = xpcall(run, debug.traceback)
if not ok then answers.error = message end
vim.fn.writefile({ vim.json.encode(answers) }, vim.env.ANSWERS)
vim.cmd('qall!')
