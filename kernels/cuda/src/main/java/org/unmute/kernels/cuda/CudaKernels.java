package org.unmute.kernels.cuda;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.TensorCores;

/**
 * Kernels that only NVIDIA devices have, with their own arguments and launch plans. {@link CudaDevice#offers} tells the
 * kernel families where they run. The family of a kernel is its {@code .cu} file, without extension.
 */
final class CudaKernels {
    /** All of these kernels, with their requirements. */
    static final Map<Kernel, Requirement> ALL = Stream.of(
                    signs(),
                    packed("f32", Use.FLOAT32, 98_304, 49_152),
                    packed("bf16", Use.BF16, 98_304, 32_768),
                    attention("split", Use.FLOAT32, 49_928),
                    attention("half", Use.REDUCED, 25_352),
                    peaks())
            .flatMap(m -> m.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private CudaKernels() {}

    /** Matching of binarized prototypes, with the same winners and values as the portable kernels. */
    private static Map<Kernel, Requirement> signs() {
        return Stream.of(
                        "signs_pack",
                        "tokens_measure",
                        "tokens_split",
                        "signs_match",
                        "winners_settle",
                        "winners_decide")
                .collect(Collectors.toMap(
                        name -> new Kernel("matching_tensor", name), _ -> new Requirement(80, 48 << 10, Use.BYTES)));
    }

    private static Map<Kernel, Requirement> packed(String form, Use use, int wide, int small) {
        Function<String, Kernel> named = name -> new Kernel("matmul_packed", name.replace("*", form));
        return Map.of(
                named.apply("pack_*"), new Requirement(80, 0, use),
                named.apply("matmul_packed_*"), new Requirement(80, wide, use),
                named.apply("matmul_packed_*_small"), new Requirement(80, small, use),
                named.apply("matmul_join_*"), new Requirement(80, 0, use));
    }

    private static Map<Kernel, Requirement> attention(String form, Use use, int sharedBytes) {
        Requirement needed = new Requirement(80, sharedBytes, use);
        return Map.of(
                new Kernel("attention_tensor", "attention_" + form), needed,
                new Kernel("attention_tensor", "attention_" + form + "_deep"), needed);
    }

    /** Kernels that measure the peak of tensor cores. */
    private static Map<Kernel, Requirement> peaks() {
        return Stream.of("tf32", "f16", "u8")
                .collect(Collectors.toMap(
                        form -> new Kernel("peak_tensor", "peak_multiply_" + form),
                        _ -> new Requirement(80, 0, Use.MEASUREMENT)));
    }

    /** The purpose of a kernel. */
    enum Use {
        /** Measures the device, whatever the user's choices. */
        MEASUREMENT,
        /**
         * Multiplies 8-bit integers, with results that do not depend on the chosen precision. Used where {@link
         * TensorRates} report that it is fast.
         */
        BYTES,
        /**
         * float32 work on tensor cores with the accuracy of float32. Used if float32 is chosen and {@link TensorRates}
         * report that it is faster.
         */
        FLOAT32,
        /** Work in bfloat16, if that is chosen. */
        BF16,
        /** Work with operands of 11 significant bits, if TF32 or bfloat16 is chosen. */
        REDUCED;

        /** Whether the user's choices and the device call for this use. */
        boolean isWanted(Precision precision, TensorCores choice, int capability) {
            return switch (this) {
                case MEASUREMENT -> true;
                case BYTES ->
                    choice == TensorCores.ALWAYS
                            || choice == TensorCores.AUTO && TensorRates.areFastInBytes(capability);
                case FLOAT32 ->
                    precision == Precision.FP32
                            && (choice == TensorCores.ALWAYS
                                    || choice == TensorCores.AUTO && TensorRates.areFasterSplit(capability));
                case BF16 -> precision == Precision.BF16;
                case REDUCED -> precision != Precision.FP32 && choice != TensorCores.NEVER;
            };
        }
    }

    /**
     * The requirements of a kernel.
     *
     * @param capability min compute capability, times ten
     * @param sharedBytes max memory that its groups share, including declared arrays
     * @param use the purpose of the kernel
     */
    record Requirement(int capability, int sharedBytes, Use use) {
        /**
         * Whether a device meets the requirements.
         *
         * @param capability the device's compute capability, times ten
         * @param sharedBytes max memory that a group may request on the device
         */
        boolean isMetBy(int capability, int sharedBytes) {
            return capability >= this.capability && sharedBytes >= this.sharedBytes;
        }
    }

    /**
     * Whether a kernel is one of these, runs on a device of this capability and shared memory, and is wanted there.
     *
     * @param choice where float32 work is split for tensor cores
     */
    static boolean offered(Kernel kernel, Precision precision, TensorCores choice, int capability, int sharedBytes) {
        Requirement needed = ALL.get(kernel);
        return needed != null
                && needed.isMetBy(capability, sharedBytes)
                && needed.use.isWanted(precision, choice, capability);
    }
}
