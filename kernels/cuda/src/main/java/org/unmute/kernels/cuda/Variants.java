package org.unmute.kernels.cuda;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.unmute.kernels.device.Kernel;

/**
 * Tensor-core variants of portable kernels, with the same arguments and launch plan. The portable kernel is the
 * reference; the name of a variant is that of the portable kernel with the precision as suffix.
 */
final class Variants {
    /** Required for TF32, bfloat16 and asynchronous copies. */
    static final int MIN_CAPABILITY = 80;

    /** Source files without extension, each with the portable kernels for which it has variants. */
    static final Map<String, List<Kernel>> FILES = Map.of(
            "matmul_tensor", List.of(new Kernel("matmul", "matmul"), new Kernel("matmul", "matmul_small")),
            "prototype_tensor", List.of(new Kernel("prototype", "prototype_match")));

    /** A kernel with wide tiles uses the variant of the narrow kernel, whose groups then process several tiles each. */
    private static final Map<Kernel, Kernel> NARROWER =
            Map.of(new Kernel("prototype_wide", "prototype_match_wide"), new Kernel("prototype", "prototype_match"));

    private Variants() {}

    /** Whether variants replace their portable kernels. */
    static boolean replace(Precision precision, int capability) {
        return precision != Precision.FP32 && capability >= MIN_CAPABILITY;
    }

    /** The variant that replaces a portable kernel, if there is one. */
    static Optional<Kernel> of(Kernel portable, Precision precision, int capability) {
        if (!replace(precision, capability)) {
            return Optional.empty();
        }
        Kernel kernel = NARROWER.getOrDefault(portable, portable);
        return FILES.entrySet().stream()
                .filter(e -> e.getValue().contains(kernel))
                .findFirst()
                .map(e -> new Kernel(
                        e.getKey(), kernel.name() + "_" + precision.name().toLowerCase(Locale.ROOT)));
    }
}
