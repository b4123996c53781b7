package org.unmute.bench.gpu.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.unmute.tensor.backend.Backend;

/**
 * A row of the table.
 *
 * @param id short name of the row
 * @param name title of the row
 * @param order kind and sizes for {@code torch/worker.py}: {@code match batch=16 tokens=512}
 * @param operations float32 multiplications and additions of the result's definition
 * @param bytes bytes of inputs and results, each read or written once
 * @param tolerance max difference of two results, relative to the max absolute value
 * @param precision of operands
 * @param opening uploads the inputs to a backend, which must be the current one
 */
public record Case(
        String id,
        String name,
        String order,
        double operations,
        double bytes,
        double tolerance,
        Precision precision,
        Function<Backend, Work> opening) {
    /** Precisions of operands. */
    public enum Precision {
        /** No rounding. */
        FP32(32, 0),
        /** 10 mantissa bits; other libraries truncate to it. */
        TF32(19, 0x1p-10),
        /** 7 mantissa bits. */
        BF16(16, 0x1p-8);

        /** The bits of an operand, for {@code torch/worker.py}. */
        final int bits;
        /** Max relative change of an operand. */
        final double rounding;

        Precision(int bits, double rounding) {
            this.bits = bits;
            this.rounding = rounding;
        }

        /** As {@code --precision} takes it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** End of a row's id. */
        public String suffix() {
            return this == FP32 ? "" : "-" + word();
        }
    }

    /** Rows that are timed before the rest of the contract runs, as they decide what is tuned. */
    private static final Pattern FIRST =
            Pattern.compile("match-binary-j(5270|10540)(-bf16)?|eat-b16|attention-b16|matmul-4096x4096");

    /** Work to time, with its inputs in device memory. */
    public interface Work extends AutoCloseable {
        /** Runs once; may return before the device is done. */
        void run();

        /** Runs once or a few times and returns the results. Called before the work is timed. */
        Map<String, float[]> results();

        /** Releases the memory. */
        @Override
        void close();
    }

    /** The sizes of the rows. */
    public enum Sizes {
        /** For a GPU. */
        FULL(0.2),
        /** For trying the check on a CPU device. */
        SMALL(0.005);

        /** Seconds per round during which a row's work is repeated. */
        public final double roundSeconds;

        Sizes(double roundSeconds) {
            this.roundSeconds = roundSeconds;
        }
    }

    /** Whether this row is one of the most important. */
    public boolean isFirst() {
        return FIRST.matcher(id).matches();
    }

    /** All rows that have kernels of one of these precisions, the most important first. */
    public static List<Case> all(Sizes sizes, Set<Precision> precisions) {
        List<Case> rows = new ArrayList<>();
        if (precisions.contains(Precision.FP32)) {
            rows.addAll(rows(sizes, Precision.FP32));
            if (sizes == Sizes.SMALL) {
                rows.add(EatWork.row(2, 128, 2, 64));
                rows.add(ProtobinWork.row(2, 33, 96, 10, 13));
            } else {
                rows.add(EatWork.row(16, 768, 12, 1024));
                rows.add(EatWork.row(1, 768, 12, 1024));
                rows.add(ProtobinWork.row(16, 512, 768, 527, 20));
            }
        }
        for (Precision p : List.of(Precision.TF32, Precision.BF16)) {
            if (precisions.contains(p)) {
                rows.addAll(rows(sizes, p));
            }
        }
        return rows;
    }

    private static List<Case> rows(Sizes sizes, Precision precision) {
        if (sizes == Sizes.SMALL) {
            return List.of(
                    KernelCases.match(2, 33, 96, 130, true, precision),
                    KernelCases.match(2, 33, 96, 130, false, precision),
                    KernelCases.matmul(130, 96, 200, precision),
                    KernelCases.attention(2, 2, 65, 64, precision));
        }
        int rows = 16 * 513;
        return List.of(
                KernelCases.match(16, 512, 768, 5270, true, precision),
                KernelCases.match(16, 512, 768, 10540, true, precision),
                KernelCases.attention(16, 12, 513, 64, precision),
                KernelCases.matmul(4096, 4096, 4096, precision),
                KernelCases.matmul(rows, 768, 2304, precision),
                KernelCases.matmul(rows, 768, 768, precision),
                KernelCases.matmul(rows, 768, 3072, precision),
                KernelCases.matmul(rows, 3072, 768, precision),
                KernelCases.match(16, 512, 768, 5270, false, precision),
                KernelCases.match(16, 512, 768, 10540, false, precision));
    }
}
