package org.unmute.files;

import static org.unmute.files.MalformedFileException.quote;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A strict streaming JSON reader (RFC 8259). Rejects duplicate keys, malformed UTF-8, unpaired surrogates and deep
 * nesting; numbers are read only as counts. Errors state their byte offset.
 */
public final class JsonReader {
    /** Reads one value of an object. */
    @FunctionalInterface
    public interface Field {
        /** Must read exactly the value of this key. */
        void read(String key) throws MalformedFileException;
    }

    /** Reads one element of an array. */
    @FunctionalInterface
    public interface Element {
        /** Must read exactly one element; the first has index 0. */
        void read(int index) throws MalformedFileException;
    }

    private static final long MAX_COUNT = 1L << 53;

    private final byte[] json;
    private final long base;
    private final String file;
    private final int maxKeys;
    private final int maxDepth;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private int at;
    private int depth;
    private @Nullable String tensor;

    /**
     * @param json the whole text
     * @param base byte offset of the text in the file, for messages
     * @param file name of the file, for messages
     * @param maxKeys maximum number of keys in an object
     * @param maxDepth maximum depth of nesting
     */
    public JsonReader(byte[] json, long base, String file, int maxKeys, int maxDepth) {
        this.json = json;
        this.base = base;
        this.file = file;
        this.maxKeys = maxKeys;
        this.maxDepth = maxDepth;
    }

    /** Sets the tensor to be named in later errors; null for none. */
    public void about(@Nullable String name) {
        tensor = name;
    }

    /** Offset in the file of the next byte to be read. */
    public long offset() {
        return base + at;
    }

    /** Creates an error at the next byte to be read. */
    public MalformedFileException error(String rule, @Nullable String detail) {
        return new MalformedFileException(file, offset(), tensor, rule, detail);
    }

    /** Reads an object and calls {@code field} for each of its keys. */
    public void object(Field field) throws MalformedFileException {
        open('{', "an object");
        Set<String> seen = new HashSet<>();
        if (!closes('}')) {
            do {
                if (seen.size() >= maxKeys + 1L) {
                    throw error("too-many-tensors", "more than " + maxKeys + " keys in one object");
                }
                if (peek() != '"') {
                    throw error("bad-json", "expected a key, found " + show(peek()));
                }
                String key = string();
                if (!seen.add(key)) {
                    throw error("duplicate-key", "the key " + quote(key) + " occurs twice");
                }
                expect(':');
                field.read(key);
            } while (continues('}'));
        }
        depth--;
    }

    /** Reads an array and calls {@code element} for each of its values. */
    public void array(Element element) throws MalformedFileException {
        open('[', "an array");
        if (!closes(']')) {
            int index = 0;
            do {
                element.read(index++);
            } while (continues(']'));
        }
        depth--;
    }

    /** Reads a whole number from 0 to 2^53, written without sign, fraction or exponent. */
    public long count() throws MalformedFileException {
        byte next = peek();
        if (next != '-' && !isDigit(next)) {
            throw unexpected("a number");
        }
        int start = at;
        skipNumber();
        long value = 0;
        for (int i = start; i < at; i++) {
            if (!isDigit(json[i]) || value > MAX_COUNT) {
                throw notCount(start);
            }
            value = value * 10 + json[i] - '0';
        }
        if (value > MAX_COUNT) {
            throw notCount(start);
        }
        return value;
    }

    private MalformedFileException notCount(int start) {
        String text = new String(json, start, at - start, StandardCharsets.US_ASCII);
        at = start;
        return error("bad-number", quote(text) + " is not a whole number from 0 to 2^53");
    }

    /** Reads a string. */
    public String string() throws MalformedFileException {
        if (peek() != '"') {
            throw unexpected("a string");
        }
        at++;
        StringBuilder text = null;
        while (true) {
            int start = at;
            while (at < json.length && json[at] != '"' && json[at] != '\\') {
                if (json[at] >= 0 && json[at] < 0x20) {
                    throw error("bad-json", "unescaped control character in a string");
                }
                at++;
            }
            if (at == json.length) {
                throw error("bad-json", "the text ends inside a string");
            }
            CharSequence run = decode(start, at);
            if (json[at++] == '"') {
                return text == null ? run.toString() : text.append(run).toString();
            }
            text = text == null ? new StringBuilder() : text;
            escape(text.append(run));
        }
    }

    private CharSequence decode(int start, int end) throws MalformedFileException {
        ByteBuffer in = ByteBuffer.wrap(json, start, end - start);
        CharBuffer out = CharBuffer.allocate(end - start);
        if (utf8.reset().decode(in, out, true).isError()) {
            at = in.position();
            throw error("bad-utf8", "the bytes are not UTF-8");
        }
        return out.flip();
    }

    private void escape(StringBuilder text) throws MalformedFileException {
        byte kind = at < json.length ? json[at++] : 0;
        switch (kind) {
            case '"', '\\', '/' -> text.append((char) kind);
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'u' -> {
                char unit = unicodeEscape();
                text.append(unit);
                if (Character.isHighSurrogate(unit)) {
                    boolean another = at + 1 < json.length && json[at] == '\\' && json[at + 1] == 'u';
                    at += another ? 2 : 0;
                    char low = another ? unicodeEscape() : 0;
                    if (!Character.isLowSurrogate(low)) {
                        throw error("bad-json", "unpaired surrogate in a string");
                    }
                    text.append(low);
                } else if (Character.isLowSurrogate(unit)) {
                    throw error("bad-json", "unpaired surrogate in a string");
                }
            }
            default -> throw error("bad-json", "unknown escape in a string: " + show(kind));
        }
    }

    private char unicodeEscape() throws MalformedFileException {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < json.length ? Character.digit(json[at], 16) : -1;
            if (digit < 0) {
                throw error("bad-json", "a \\u escape needs four hexadecimal digits");
            }
            unit = unit << 4 | digit;
            at++;
        }
        return (char) unit;
    }

    /** Skips one value of any kind, which is checked as strictly as if it were read. */
    public void skip() throws MalformedFileException {
        byte next = peek();
        switch (next) {
            case '{' -> object(key -> skip());
            case '[' -> array(index -> skip());
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> skipNumber();
        }
    }

    private void literal(String word) throws MalformedFileException {
        for (int i = 0; i < word.length(); i++) {
            if (!isAt(word.charAt(i))) {
                throw error("bad-json", "expected " + word);
            }
            at++;
        }
    }

    private void skipNumber() throws MalformedFileException {
        if (isAt('-')) {
            at++;
        }
        int whole = at;
        digits();
        if (json[whole] == '0' && at - whole > 1) {
            throw error("bad-json", "a number must not start with a superfluous zero");
        }
        if (isAt('.')) {
            at++;
            digits();
        }
        if (isAt('e') || isAt('E')) {
            at++;
            if (isAt('+') || isAt('-')) {
                at++;
            }
            digits();
        }
    }

    private void digits() throws MalformedFileException {
        int start = at;
        while (at < json.length && isDigit(json[at])) {
            at++;
        }
        if (at == start) {
            throw error(
                    "bad-json",
                    at == json.length
                            ? "the text ends where a value is expected"
                            : "expected a value, found " + show(json[at]));
        }
    }

    /** Checks that nothing but white space follows. */
    public void end() throws MalformedFileException {
        skipSpace();
        if (at < json.length) {
            throw error("bad-json", "text after the end: " + show(json[at]));
        }
    }

    private void open(char bracket, String what) throws MalformedFileException {
        if (peek() != bracket) {
            throw unexpected(what);
        }
        if (++depth > maxDepth) {
            throw error("too-deep", "nested deeper than " + maxDepth + " levels");
        }
        at++;
    }

    /** An error for a value of the wrong kind, or for no value. */
    private MalformedFileException unexpected(String wanted) throws MalformedFileException {
        byte next = peek();
        boolean startsValue = isDigit(next) || "{[\"-tfn".indexOf(next) >= 0;
        return error(startsValue ? "wrong-kind" : "bad-json", "expected " + wanted + ", found " + show(next));
    }

    private boolean closes(char bracket) throws MalformedFileException {
        if (peek() != bracket) {
            return false;
        }
        at++;
        return true;
    }

    private boolean continues(char bracket) throws MalformedFileException {
        if (closes(bracket)) {
            return false;
        }
        expect(',');
        return true;
    }

    private void expect(char c) throws MalformedFileException {
        if (peek() != c) {
            throw error("bad-json", "expected " + show((byte) c) + ", found " + show(peek()));
        }
        at++;
    }

    private byte peek() throws MalformedFileException {
        skipSpace();
        if (at == json.length) {
            throw error("bad-json", "the text ends too early");
        }
        return json[at];
    }

    private void skipSpace() {
        while (isAt(' ') || isAt('\n') || isAt('\r') || isAt('\t')) {
            at++;
        }
    }

    private boolean isAt(char c) {
        return at < json.length && json[at] == c;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static String show(byte b) {
        return b > 0x20 && b < 0x7F ? "'" + (char) b + "'" : String.format("byte 0x%02X", b);
    }
}
