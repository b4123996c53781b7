package org.unmute.models.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds pickles opcode by opcode, including malformed ones. */
final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Starts a pickle of protocol 2. */
    static Pickle two() {
        return new Pickle().op(0x80, 2);
    }

    /** Starts a pickle of protocol 2 with a {@link #run program}. */
    static Pickle two(String program) {
        return two().run(program);
    }

    /** A whole pickle of protocol 2, with the opcode that ends it. */
    static byte[] of(String program) {
        return two(program).stop();
    }

    byte[] stop(String program) {
        return run(program).stop();
    }

    /**
     * Appends what the words of a program stand for: {@code 'x'} a {@link #text}, {@code =1} a {@link #number}, {@code
     * @a:b} a {@link #global}, {@code six} a {@link #sixFloats tensor}, {@code #255} a byte, and others opcodes.
     */
    Pickle run(String program) {
        for (String word : program.split(" ")) {
            String rest = word.substring(1);
            if (word.equals("six")) {
                sixFloats();
            } else {
                switch (word.charAt(0)) {
                    case '\'' -> text(rest.substring(0, rest.length() - 1));
                    case '=' -> number(Long.parseLong(rest));
                    case '@' -> global(rest.substring(0, rest.indexOf(':')), rest.substring(rest.indexOf(':') + 1));
                    case '#' -> op(Integer.parseInt(rest));
                    default -> op(word);
                }
            }
        }
        return this;
    }

    Pickle op(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    Pickle op(String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    Pickle i32(int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    Pickle i64(long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    Pickle text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op('X').i32(utf8.length);
        out.writeBytes(utf8);
        return this;
    }

    Pickle number(long value) {
        return value >= 0 && value < 256 ? op('K', (int) value) : op(0x8A, 8).i64(value);
    }

    Pickle numbers(long... values) {
        op('(');
        for (long v : values) {
            number(v);
        }
        return op('t');
    }

    Pickle global(String module, String name) {
        return op("c" + module + "\n" + name + "\n");
    }

    /** Calls a global without arguments. */
    Pickle call(String module, String name) {
        return global(module, name).op(")R");
    }

    Pickle storage(String type, String key, long elements) {
        return op('(').text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elements)
                .op("tQ");
    }

    /** A storage as in a legacy stream, with None in place of a view. */
    Pickle legacyStorage(String type, String key, long elements) {
        return op('(').text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elements)
                .op("NtQ");
    }

    /** The part after the storage of a call that creates a tensor. */
    Pickle rest(long offset, long[] sizes, long[] strides) {
        return number(offset)
                .numbers(sizes)
                .numbers(strides)
                .op(0x89)
                .call("collections", "OrderedDict")
                .op("tR");
    }

    Pickle tensor(String type, String key, long elements, long offset, long[] sizes, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .op('(')
                .storage(type, key, elements)
                .rest(offset, sizes, strides);
    }

    /** A float32 tensor {@code [2, 3]} that occupies all of storage 0. */
    Pickle sixFloats() {
        return tensor("FloatStorage", "0", 6, 0, new long[] {2, 3}, new long[] {3, 1});
    }

    byte[] stop() {
        return op('.').bytes();
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
