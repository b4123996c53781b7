package org.unmute.tensor.io;

import static org.unmute.files.MalformedFileException.quote;

import java.util.ArrayList;
import java.util.List;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;

/**
 * The dictionary at the start of an npy file: a Python literal with exactly the keys {@code descr}, {@code
 * fortran_order} and {@code shape}. No other Python syntax is accepted.
 */
record NpyHeader(StoredType type, Shape shape) {
    static NpyHeader parse(String text, long base, String file, LoadLimits limits) throws MalformedFileException {
        return new Parser(text, base, file, limits).parse();
    }

    private static final String SPACE = " \t\n\r\f";

    private static final class Parser {
        private final String text;
        private final long base;
        private final String file;
        private final LoadLimits limits;
        private int at;
        private StoredType type;
        private Boolean fortran;
        private long[] sizes;

        Parser(String text, long base, String file, LoadLimits limits) {
            this.text = text;
            this.base = base;
            this.file = file;
            this.limits = limits;
        }

        NpyHeader parse() throws MalformedFileException {
            expect('{');
            while (peek() != '}') {
                String key = quoted();
                expect(':');
                boolean repeated = switch (key) {
                    case "descr" -> type != null;
                    case "fortran_order" -> fortran != null;
                    case "shape" -> sizes != null;
                    default -> throw error("bad-header", "unknown key " + quote(key));
                };
                if (repeated) {
                    throw error("bad-header", "the key " + key + " occurs twice");
                }
                switch (key) {
                    case "descr" -> type = type();
                    case "fortran_order" -> fortran = truth();
                    default -> sizes = tuple();
                }
                if (peek() != '}') {
                    expect(',');
                }
            }
            at++;
            skipSpace();
            if (at < text.length()) {
                throw error("bad-header", "text after the dictionary");
            }
            if (type == null || fortran == null || sizes == null) {
                throw error("bad-header", "descr, fortran_order and shape are needed");
            }
            if (fortran) {
                throw error("fortran-order", "the array lies in Fortran order: save numpy.ascontiguousarray(a)");
            }
            return new NpyHeader(type, shape());
        }

        private Shape shape() throws MalformedFileException {
            try {
                type.bytes(sizes);
                return Shape.of(sizes);
            } catch (ArithmeticException e) {
                MalformedFileException bad = error("shape-overflow", "the sizes multiply beyond 64 bits");
                bad.initCause(e);
                throw bad;
            }
        }

        private StoredType type() throws MalformedFileException {
            if (peek() == '[') {
                throw error("unsupported-dtype", "a structured type");
            }
            String descr = quoted();
            return switch (descr) {
                case "<f4" -> StoredType.F32;
                case "<f8" -> StoredType.F64;
                case "<i4" -> StoredType.I32;
                case "<i8" -> StoredType.I64;
                case "|u1", "<u1" -> StoredType.U8;
                case "|b1", "<b1" -> StoredType.BOOL;
                default -> {
                    String shown = quote(descr);
                    if (descr.contains("O")) {
                        throw error(
                                "object-dtype",
                                shown + " holds Python objects, which only running code could "
                                        + "restore: save plain numbers");
                    }
                    if (descr.startsWith(">")) {
                        throw error("big-endian", shown + " is big-endian: save it little-endian");
                    }
                    throw error("unsupported-dtype", shown + " is none of <f4, <f8, <i4, <i8, |u1, |b1");
                }
            };
        }

        private boolean truth() throws MalformedFileException {
            peek();
            for (boolean value : new boolean[] {true, false}) {
                String word = value ? "True" : "False";
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return value;
                }
            }
            throw error("bad-header", "expected True or False");
        }

        private long[] tuple() throws MalformedFileException {
            expect('(');
            List<Long> list = new ArrayList<>();
            boolean comma = true;
            while (peek() != ')') {
                if (!comma) {
                    throw error("bad-header", "expected ',' in the shape");
                }
                if (list.size() >= limits.axes()) {
                    throw error("too-many-axes", "a shape of more than " + limits.axes() + " axes");
                }
                list.add(count());
                comma = peek() == ',';
                at += comma ? 1 : 0;
            }
            at++;
            if (list.size() == 1 && !comma) {
                throw error("bad-header", "the shape is a number, not a tuple");
            }
            return list.stream().mapToLong(Long::longValue).toArray();
        }

        private long count() throws MalformedFileException {
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            if (at == start || at - start > 18) {
                throw error("bad-header", "a size in the shape is not a whole number from 0 to 10^18");
            }
            if (text.charAt(start) == '0' && at - start > 1) {
                throw error("bad-header", "a size in the shape has a leading zero, which Python does not read either");
            }
            return Long.parseLong(text, start, at, 10);
        }

        private String quoted() throws MalformedFileException {
            char quote = peek();
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0) {
                throw error("bad-header", "expected a quoted word");
            }
            String word = text.substring(at + 1, end);
            at = end + 1;
            return word;
        }

        private void expect(char c) throws MalformedFileException {
            if (peek() != c) {
                throw error("bad-header", "expected '" + c + "'");
            }
            at++;
        }

        /**
         * Skips only what Python counts as white space; Character.isWhitespace would also accept other control
         * characters.
         */
        private void skipSpace() {
            while (at < text.length() && SPACE.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private char peek() throws MalformedFileException {
            skipSpace();
            if (at == text.length()) {
                throw error("bad-header", "the dictionary ends too early");
            }
            return text.charAt(at);
        }

        private MalformedFileException error(String rule, String detail) {
            return new MalformedFileException(file, base + at, null, rule, detail);
        }
    }
}
