package org.unmute.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.tensor.backend.Backend;

/** A row of the table. */
interface Case {
    /** No rounding of operands. */
    String FP32 = "fp32";

    /** Title of the row. */
    String name();

    /** Kind and sizes for {@code torch/worker.py}: {@code match batch=16 tokens=512}. */
    String order();

    /** Float32 multiplications and additions of the result's definition. */
    double operations();

    /** Bytes of inputs and results, each read or written once. */
    double bytes();

    /** Max difference of two results, relative to the max absolute value. */
    double tolerance();

    /** Precision of operands, as {@code --precision} takes it. */
    default String precision() {
        return FP32;
    }

    /** Uploads the inputs to a backend, which must be the current one. */
    Work open(Backend backend);

    /** The sizes of the rows. */
    enum Sizes {
        /** For a GPU. */
        FULL(0.2),
        /** For trying the check on a CPU device. */
        SMALL(0.005);

        private final double roundSeconds;

        Sizes(double roundSeconds) {
            this.roundSeconds = roundSeconds;
        }

        /** Seconds per round during which a row's work is repeated. */
        double roundSeconds() {
            return roundSeconds;
        }
    }

    /** The bits of an operand that a precision keeps, for {@code torch/worker.py}. */
    static int bits(String precision) {
        return switch (precision) {
            case "tf32" -> 19;
            case "bf16" -> 16;
            default -> 32;
        };
    }

    /** The same work in a lower precision, if there are kernels for it. */
    private static Optional<Case> in(String precision, Case c) {
        return switch (c) {
            case MatchCase m ->
                Optional.of(new MatchCase(m.batch(), m.tokens(), m.dim(), m.prototypes(), m.binary(), precision));
            case MatmulCase m -> Optional.of(new MatmulCase(m.rows(), m.in(), m.out(), precision));
            default -> Optional.empty();
        };
    }

    /** All rows, including those of lower precision if {@code precisions}. */
    static List<Case> all(Sizes sizes, boolean precisions) {
        List<Case> rows = new ArrayList<>(inFloat32(sizes));
        if (precisions) {
            rows.addAll(rows.stream()
                    .flatMap(c -> Stream.of("tf32", "bf16").map(p -> in(p, c)).flatMap(Optional::stream))
                    .toList());
        }
        return rows;
    }

    private static List<Case> inFloat32(Sizes sizes) {
        if (sizes == Sizes.SMALL) {
            return List.of(
                    new MatmulCase(130, 96, 200, FP32),
                    new AttentionCase(2, 2, 65, 64),
                    new MatchCase(2, 33, 96, 130, false, FP32),
                    new MatchCase(2, 33, 96, 130, true, FP32),
                    new EatCase(2, 128, 2, 64),
                    new ProtobinCase(2, 33, 96, 10, 13));
        }
        int rows = 16 * 513;
        return List.of(
                new MatmulCase(rows, 768, 2304, FP32),
                new MatmulCase(rows, 768, 768, FP32),
                new MatmulCase(rows, 768, 3072, FP32),
                new MatmulCase(rows, 3072, 768, FP32),
                new MatmulCase(4096, 4096, 4096, FP32),
                new AttentionCase(16, 12, 513, 64),
                new MatchCase(16, 512, 768, 5270, false, FP32),
                new MatchCase(16, 512, 768, 5270, true, FP32),
                new MatchCase(16, 512, 768, 10540, false, FP32),
                new MatchCase(16, 512, 768, 10540, true, FP32),
                new EatCase(1, 768, 12, 1024),
                new EatCase(16, 768, 12, 1024),
                new ProtobinCase(16, 512, 768, 527, 20));
    }
}
