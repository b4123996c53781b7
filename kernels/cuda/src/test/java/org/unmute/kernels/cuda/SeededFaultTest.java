package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
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

/**
 * The contract finds faults in kernels for tensor cores: each test puts one into the source of a kernel, and a method
 * of the contract that passes without it fails.
 */
@FullBuild("compiles the kernels with g++")
class SeededFaultTest {
    /** What shows a fault of a file. */
    private enum Shown {
        TF32_PRODUCTS("matmul_tensor", "matmulOfBatches") {
            @Override
            Contract contract(Optional<ShimDevice.Fault> fault) {
                return new TensorCoreContractTest.Products(Precision.TF32, () -> device(Precision.TF32, fault)) {};
            }
        },
        BF16_PRODUCTS("matmul_tensor", "matmulOfBatches") {
            @Override
            Contract contract(Optional<ShimDevice.Fault> fault) {
                return new TensorCoreContractTest.Products(Precision.BF16, () -> device(Precision.BF16, fault)) {};
            }
        },
        TF32_PROTOTYPES("prototype_tensor", "prototypeMaxPool") {
            @Override
            Contract contract(Optional<ShimDevice.Fault> fault) {
                return new TensorCoreContractTest.Prototypes(Precision.TF32, () -> device(Precision.TF32, fault)) {};
            }
        };

        private final String file;
        private final String method;

        Shown(String file, String method) {
            this.file = file;
            this.method = method;
        }

        abstract Contract contract(Optional<ShimDevice.Fault> fault);

        private static ShimDevice device(Precision precision, Optional<ShimDevice.Fault> fault) {
            ShimDevice device = new ShimDevice(precision);
            fault.ifPresent(device::with);
            return device;
        }
    }

    /** Faults that any file may have. */
    private static final List<Seed> SEEDS = List.of(
            new Seed("swapped rows of a fragment", "\\b(multiply_(tf32|bf16|f16|u8_s8))\\(", "swapped($1, ", true),
            new Seed("a stale stage", "wait_for_copies<([^>]+)>\\(\\)", "wait_for_copies<$1 + 1>()", false),
            new Seed("copies that nobody waits for", "commit_copies\\(\\);", "", true),
            new Seed(
                    "a missing barrier behind copies",
                    "(wait_for_copies<[^>]+>\\(\\);\\s*)BARRIER\\(\\);",
                    "$1",
                    false));

    /** In a fragment of a, what belongs to rows 0 to 7 and to rows 8 to 15 is exchanged, for one half of the inner axis. */
    private static final String SWAPPED = """
            template <class F, class C>
            static void swapped(F multiply, C* c, const unsigned* a, const unsigned* b) {
                const unsigned x[4] = {a[1], a[0], a[2], a[3]};
                multiply(c, x, b);
            }
            """;

    /**
     * A fault as a change of text.
     *
     * @param every whether all places are changed, or the first only
     */
    private record Seed(String name, String pattern, String replacement, boolean every) {
        UnaryOperator<String> change() {
            return text -> {
                int from = text.lastIndexOf("#line ");
                Matcher m = Pattern.compile(pattern).matcher(text.substring(from));
                String changed = every ? m.replaceAll(replacement) : m.replaceFirst(replacement);
                return SWAPPED + text.substring(0, from) + changed;
            };
        }

        boolean appliesTo(String text) {
            return Pattern.compile(pattern)
                    .matcher(text.substring(text.lastIndexOf("#line ")))
                    .find();
        }
    }

    @TestFactory
    Stream<DynamicTest> theContractFindsFaults() {
        if (!ShimDevice.COMPILER.isAvailable()) {
            return Stream.of(DynamicTest.dynamicTest(
                    ShimDevice.COMPILER.missing(), () -> Assumptions.abort(ShimDevice.COMPILER.missing())));
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Shown shown : Shown.values()) {
            tests.add(DynamicTest.dynamicTest(
                    shown + " as it is",
                    () -> assertThat(failure(shown, Optional.empty())).isEmpty()));
        }
        for (Seed seed : SEEDS) {
            for (String file : PtxSource.files()) {
                if (seed.appliesTo(PtxSource.variants(file))) {
                    tests.add(DynamicTest.dynamicTest(seed.name + " in " + file, () -> check(seed, file)));
                }
            }
        }
        return tests.stream();
    }

    private static void check(Seed seed, String file) throws Exception {
        ShimDevice.Fault fault = new ShimDevice.Fault(seed.name, file, seed.change());
        // Fails if the fault does not even compile.
        new ShimDevice(Precision.FP32)
                .with(fault)
                .prepare(PtxSource.kernels(file).getFirst());
        List<Throwable> found = new ArrayList<>();
        for (Shown shown : Shown.values()) {
            if (shown.file.equals(file) && found.isEmpty()) {
                failure(shown, Optional.of(fault)).ifPresent(found::add);
            }
        }
        assertThat(found)
                .as("failures of the contract with " + seed.name + " in " + file)
                .hasSize(1);
        System.out.println(file + ", " + seed.name + ": " + found.getFirst().getMessage());
    }

    /** The first failure of a contract's method; empty if it passes. */
    private static Optional<Throwable> failure(Shown shown, Optional<ShimDevice.Fault> fault) throws Exception {
        Contract contract = shown.contract(fault);
        try {
            if (method(contract, shown.method).invoke(contract) instanceof Stream<?> tests) {
                for (Object test : tests.toList()) {
                    ((DynamicTest) test).getExecutable().execute();
                }
            }
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(e.getCause());
        } catch (Throwable e) {
            return Optional.of(e);
        } finally {
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
