package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.Contract;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.cuda.TensorCoreContractTest.Variant;
import org.unmute.kernels.device.TensorCores;

/**
 * The contract finds faults in kernels for tensor cores. Each test puts a fault into the source of a kernel; methods of
 * the contract that pass without it, in {@link TensorCoreContractTest} and the tests it names, must then fail.
 */
@FullBuild("compiles the kernels with g++")
class SeededFaultTest {
    /** Methods of the contract that reveal faults in a file. */
    private enum FaultyKernel {
        ATTENTION("attention_tensor", Precision.FP32, "attention"),
        PACKED_PRODUCTS("matmul_packed", Precision.FP32, "matmulOfBatches"),
        TF32_PRODUCTS("matmul_tensor", Precision.TF32, "matmulOfBatches"),
        TF32_PROTOTYPES("prototype_tensor", Precision.TF32, "prototypeMaxPool"),
        SIGNS("matching_tensor", Precision.FP32, "prototypeMaxPool", "binaryPrototypeMaxPoolPicksExactWinners");

        private final String file;
        private final Precision precision;
        private final List<String> methods;

        FaultyKernel(String file, Precision precision, String... methods) {
            this.file = file;
            this.precision = precision;
            this.methods = List.of(methods);
        }

        Contract contract(ShimDevice.Fault fault) {
            Variant variant = new Variant(precision, TensorCores.ALWAYS, 0, Optional.of(fault));
            return switch (this) {
                case PACKED_PRODUCTS, TF32_PRODUCTS -> new TensorCoreContractTest.Products(variant) {};
                case TF32_PROTOTYPES, SIGNS -> new TensorCoreContractTest.Prototypes(variant) {};
                case ATTENTION -> new TensorCoreContractTest.Attention(variant) {};
            };
        }
    }

    /** Faults that are possible in any file. */
    private static final List<Seed> SEEDS = List.of(
            new Seed(
                    "swapped rows of a fragment",
                    "(?<!void )\\b(multiply_(tf32|bf16|f16|u8_s8))\\(",
                    "swapped($1, ",
                    true),
            new Seed("a stale stage", "wait_for_copies<(STAGES - 2|1)>\\(\\)", "wait_for_copies<$1 + 1>()", false),
            new Seed(
                    "a missing barrier behind copies",
                    "(wait_for_copies<(?:STAGES - 2|1)>\\(\\);\\s*)BARRIER\\(\\);",
                    "$1",
                    false),
            new Seed("a matrix that is transposed", "\\bload_matrix_x4\\(", "load_matrix_x4_transposed(", true),
            new Seed("a missing barrier before values", "BARRIER\\(\\);(\\s*float factor)", "$1", false),
            new Seed("a missing barrier before keys", "BARRIER\\(\\);(\\s*multiply_keys<PLANES, 0>)", "$1", false),
            // Bounds specific to each file.
            new Seed("a key too many", "hide_keys\\(scores, keys\\)", "hide_keys(scores, keys + 1)", false),
            new Seed("a product's last slice left out", "\\(p\\.k \\+ DEPTH - 1\\) / DEPTH", "p.k / DEPTH", false),
            new Seed("a token's last slice left out", "\\(m\\.dim \\+ DEPTH - 1\\) / DEPTH", "m.dim / DEPTH", false),
            new Seed("a row's last number left out", "p\\.depth - inner", "p.depth - inner - 1", false),
            new Seed(
                    "too small a bound on sums",
                    "return gap < 268435456.0f",
                    "return 0; return gap < 268435456.0f",
                    false));

    private static final int FAULTS = 21;

    /** In a fragment of a, rows 0 to 7 and rows 8 to 15 are swapped, for one half of the inner axis. */
    private static final String SWAPPED = """
            template <class F, class C>
            static void swapped(F multiply, C* c, const unsigned* a, const unsigned* b) {
                const unsigned x[4] = {a[1], a[0], a[2], a[3]};
                multiply(c, x, b);
            }
            """;

    /**
     * A fault, as a change to the text.
     *
     * @param every whether to change all matches or only the first
     */
    private record Seed(String name, String pattern, String replacement, boolean every) {
        UnaryOperator<String> change() {
            return text -> {
                int from = own(text);
                Matcher m = Pattern.compile(pattern).matcher(text.substring(from));
                String changed = every ? m.replaceAll(replacement) : m.replaceFirst(replacement);
                return SWAPPED + text.substring(0, from) + changed;
            };
        }

        boolean appliesTo(String text) {
            return Pattern.compile(pattern).matcher(text.substring(own(text))).find();
        }

        /** Where the text of a file and its own headers begins, which is after the header with the instructions. */
        private static int own(String text) {
            return text.indexOf("#line ", text.lastIndexOf("\"mma.h\"\n"));
        }
    }

    @TestFactory
    Stream<DynamicTest> theContractFindsFaults() {
        if (!ShimDevice.COMPILER.isAvailable()) {
            return Stream.of(DynamicTest.dynamicTest(
                    ShimDevice.COMPILER.missing(), () -> Assumptions.abort(ShimDevice.COMPILER.missing())));
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Seed seed : SEEDS) {
            List<FaultyKernel> places = Arrays.stream(FaultyKernel.values())
                    .filter(s -> seed.appliesTo(PtxSource.variants(s.file)))
                    // Sums in this kernel determine where memory is read next, so garbage may crash the process.
                    .filter(s -> s != FaultyKernel.SIGNS || !seed.pattern.contains("wait_for_copies"))
                    .toList();
            assertThat(places).as("files with a place for: " + seed.name).isNotEmpty();
            places.forEach(s -> tests.add(DynamicTest.dynamicTest(seed.name + " in " + s.file, () -> check(seed, s))));
        }
        assertThat(tests).as("a place has moved out of sight").hasSizeGreaterThanOrEqualTo(FAULTS);
        return tests.stream();
    }

    private static void check(Seed seed, FaultyKernel shown) throws Exception {
        ShimDevice.Fault fault = new ShimDevice.Fault(seed.name, shown.file, seed.change());
        // Fails here if the fault does not even compile.
        new ShimDevice(Precision.FP32)
                .with(fault)
                .prepare(PtxSource.kernels(shown.file).getFirst());
        Throwable found = failure(shown, fault)
                .orElseThrow(() -> new AssertionError("the contract does not find " + fault.name()));
        System.out.println(shown.file + ", " + seed.name + ": " + found.getMessage());
    }

    /** The first failure of the methods of a contract; empty if all pass. */
    private static Optional<Throwable> failure(FaultyKernel shown, ShimDevice.Fault fault) throws Exception {
        Contract contract = shown.contract(fault);
        try {
            for (String name : shown.methods) {
                if (method(contract, name).invoke(contract) instanceof Stream<?> tests) {
                    for (Object test : tests.toList()) {
                        ((DynamicTest) test).getExecutable().execute();
                    }
                }
            }
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(e.getCause());
        } catch (Throwable e) {
            return Optional.of(e);
        } finally {
            System.clearProperty(TensorChoice.PROPERTY);
            for (Method m : Contract.class.getDeclaredMethods()) {
                if (isAnnotated(m, AfterEach.class)) {
                    m.setAccessible(true);
                    m.invoke(contract);
                }
            }
        }
    }

    private static Method method(Contract contract, String name) throws NoSuchMethodException {
        Class<?> declaring = contract.getClass().getSuperclass().getSuperclass();
        Method m = declaring.getDeclaredMethod(name);
        m.setAccessible(true);
        return m;
    }
}
