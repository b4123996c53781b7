# Surefire's XML reports as lines with tabs between: "ran", "failed" or "skipped"; the class; the test; the reason of one that was skipped.
# A reason is the attribute "message" or, where there is none, the first line of the text, which begins with the exception's class.
function unescaped(text) {
    gsub(/&#(9|10|13);/, " ", text)
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&apos;/, "'", text)
    gsub(/&amp;/, "\\&", text)
    gsub(/[ \t\r]+/, " ", text)
    return text
}
function attribute(name, line) {
    return match(line, "[ \t]" name "=\"[^\"]*\"") ? substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
}
# Reads on until the tag that begins in a line has ended.
function whole(line, more) {
    while (line !~ />/ && (getline more) > 0) line = line " " more
    return line
}
function finish() {
    if (test) print status "\t" class "\t" test "\t" why
    test = ""
}
/<testcase[ \t]/ {
    finish()
    line = whole($0)
    test = unescaped(attribute("name", line)); class = attribute("classname", line)
    status = "ran"; why = ""
}
/<(failure|error)[ \t>\/]/ && test { status = "failed" }
/<skipped[ \t>\/]/ && test {
    line = whole(substr($0, index($0, "<skipped")))
    status = "skipped"; why = attribute("message", line)
    if (!why) {
        text = line
        sub(/^<skipped[^>]*>/, "", text)
        sub(/^<!\[CDATA\[/, "", text)
        sub(/(\]\]>|<\/skipped>).*/, "", text)
        sub(/^[A-Za-z0-9_.$]+(Exception|Error): */, "", text)
        why = text
    }
    why = unescaped(why)
    if (!why || why ~ /^[A-Za-z0-9_.$]+(Exception|Error)$/) why = "no reason was given"
}
/<\/testsuite>/ { finish() }
END { finish() }
