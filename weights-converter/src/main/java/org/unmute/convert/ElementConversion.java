package org.unmute.convert;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.files.LittleEndian;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/** Checks the elements of floating tensors and rounds them to another floating type. */
final class ElementConversion {

    private ElementConversion() {}

    /**
     * Describes the first element that is not finite or overflows in type {@code to}.
     *
     * @param tensor a tensor of a floating type
     */
    static Optional<String> flaw(StoredTensor tensor, StoredType to) {
        long n = tensor.shape().elements();
        for (long i = 0; i < n; i++) {
            double x = tensor.element(i);
            if (!Double.isFinite(x)) {
                return Optional.of("tensor '" + tensor.name() + "' " + tensor.shape() + " has " + x + " at element " + i
                        + ": the checkpoint is damaged, or training had diverged: take another one");
            }
            if (to != tensor.type() && !Double.isFinite(rounded(x, to))) {
                return Optional.of("tensor '" + tensor.name() + "' " + tensor.shape() + ": element " + i + " is " + x
                        + ", beyond the range of " + to + ": keep the types, or use "
                        + (to == StoredType.F16 ? "BF16 or F32" : "a wider type"));
            }
        }
        return Optional.empty();
    }

    /** The elements of a floating tensor in another floating type, rounded to nearest. */
    static MemorySegment converted(@Nullable StoredTensor tensor, StoredType to) {
        long n = tensor.shape().elements();
        if (n > (Integer.MAX_VALUE - 8) / to.bytes()) {
            throw new IllegalArgumentException("convert: tensor '" + tensor.name() + "' " + tensor.shape()
                    + " is too large to be rounded to " + to + " in memory: keep the types");
        }
        MemorySegment out = MemorySegment.ofArray(new byte[(int) n * to.bytes()]);
        for (long i = 0; i < n; i++) {
            double x = tensor.element(i);
            switch (to) {
                case F64 -> out.set(LittleEndian.DOUBLE, 8 * i, x);
                case F32 -> out.set(LittleEndian.FLOAT, 4 * i, (float) x);
                case F16 -> out.set(LittleEndian.SHORT, 2 * i, HalfFloats.toF16((float) x));
                case BF16 -> out.set(LittleEndian.SHORT, 2 * i, HalfFloats.toBf16((float) x));
                default -> throw new AssertionError(to);
            }
        }
        return out;
    }

    private static double rounded(double x, StoredType to) {
        return switch (to) {
            case F64 -> x;
            case F32 -> (float) x;
            case F16 -> HalfFloats.fromF16(HalfFloats.toF16((float) x));
            case BF16 -> HalfFloats.fromBf16(HalfFloats.toBf16((float) x));
            default -> throw new AssertionError(to);
        };
    }
}
