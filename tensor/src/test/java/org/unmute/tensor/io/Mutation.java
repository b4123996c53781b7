package org.unmute.tensor.io;

import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** One small damage to a file's bytes. {@code place} and {@code length} are taken modulo what there is. */
public record Mutation(Kind kind, int place, int length, byte value) {
    public enum Kind {
        SET,
        FLIP_BIT,
        INSERT,
        REMOVE,
        DUPLICATE,
        TRUNCATE,
        DIGIT
    }

    @SuppressWarnings("exports")
    public static Arbitrary<List<Mutation>> several() {
        return Combinators.combine(
                        Arbitraries.of(Kind.class),
                        Arbitraries.integers().between(0, 1 << 20),
                        Arbitraries.integers().between(1, 24),
                        Arbitraries.bytes())
                .as(Mutation::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    public static byte[] applyAll(List<Mutation> mutations, byte[] file) {
        byte[] bytes = file.clone();
        for (Mutation m : mutations) {
            bytes = bytes.length == 0 ? bytes : m.apply(bytes);
        }
        return bytes;
    }

    private byte[] apply(byte[] in) {
        int at = place % in.length;
        int n = Math.min(length, in.length - at);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(in, 0, at);
        switch (kind) {
            case SET -> {
                out.write(value);
                out.write(in, at + 1, in.length - at - 1);
            }
            case FLIP_BIT -> {
                out.write(in[at] ^ 1 << (value & 7));
                out.write(in, at + 1, in.length - at - 1);
            }
            case DIGIT -> {
                // Numbers are where readers go wrong: put a digit in place of the next one.
                while (at < in.length - 1 && (in[at] < '0' || in[at] > '9')) {
                    out.write(in[at++]);
                }
                out.write('0' + (value & 0xFF) % 10);
                out.write(in, at + 1, in.length - at - 1);
            }
            case INSERT -> {
                for (int i = 0; i < n; i++) {
                    out.write(value + i);
                }
                out.write(in, at, in.length - at);
            }
            case REMOVE -> out.write(in, at + n, in.length - at - n);
            case DUPLICATE -> {
                out.write(in, at, n);
                out.write(in, at, in.length - at);
            }
            case TRUNCATE -> {}
        }
        return out.toByteArray();
    }
}
