package org.unmute.kernels.vector.gemm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.unmute.kernels.vector.tile.PackedMatrix;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/**
 * The packed weights of one frozen buffer. Usually there is one, the whole buffer, but the groups of a grouped
 * convolution are sixteen parts. A part is cached on first use if all cached parts together have no more elements than
 * the buffer; others are packed for each use.
 */
final class PackedWeights {
    /** A packed weight and the part of the buffer it was made from. */
    private record Part(long offset, Shape shape, long rows, long columns, PackedMatrix matrix) {
        static Part of(View w, Function<View, PackedMatrix> pack) {
            return new Part(w.offset(), w.shape(), w.stride(0), w.stride(1), pack.apply(w.transpose(0, 1)));
        }

        boolean isOf(View w) {
            return offset == w.offset() && shape.equals(w.shape()) && rows == w.stride(0) && columns == w.stride(1);
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private long capacity;

    private PackedWeights(View first, Function<View, PackedMatrix> pack) {
        capacity = first.host().bytes() / Float.BYTES;
        keep(Part.of(first, pack));
    }

    /**
     * The packed form of a weight {@code [out, in]}.
     *
     * @param weight in a frozen buffer
     * @param pack packs {@code [in, out]}
     */
    static PackedMatrix of(View weight, Function<View, PackedMatrix> pack) {
        return weight.host()
                .packed(PackedWeights.class, _ -> new PackedWeights(weight, pack))
                .part(weight, pack);
    }

    private synchronized PackedMatrix part(View weight, Function<View, PackedMatrix> pack) {
        for (Part part : parts) {
            if (part.isOf(weight)) {
                return part.matrix;
            }
        }
        Part part = Part.of(weight, pack);
        if (part.shape.elements() <= capacity) {
            keep(part);
        }
        return part.matrix;
    }

    private void keep(Part part) {
        parts.add(part);
        capacity -= part.shape.elements();
    }
}
