package org.unmute.bench.gpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.unmute.bench.gpu.Step.Part;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.kernels.contract.BackendContract;

/**
 * What the check runs, the most important first. A step's time is a guess made on a CPU until a card has been measured;
 * a wrong guess costs a step at the end, never a result.
 */
final class Plan {
    /** Parts of the contract in the order of dependence; those that are not listed come last. */
    private static final List<String> CONTRACT =
            List.of(("Prototype Winners Product SameBits Attention Row Elementwise Reduction Autograd Repeatability "
                            + "Index Loss Clipwise Convolution FilterBank")
                    .split(" "));

    /** Of the contract, what is asked before anything is timed. */
    private static final int FIRST = 6;

    /** Parts of the contract for which CUDA devices have their own kernels, which large sizes alone would select. */
    private static final List<String> TENSOR = List.of("Prototype", "Product", "Attention");

    private static final Map<String, String> ALWAYS = Map.of("unmute.cuda.tensor", "always");
    /** cuBLAS, and products and attention on tensor cores, sum in their own orders. */
    private static final Map<String, String> SAME_BITS =
            Map.of("unmute.cuda.cublas", "false", "unmute.cuda.tensor", "never");

    private static final String TESTS = DeviceChecks.class.getName();
    private static final List<String> SMALL_ROWS = List.of(TESTS + "#small");
    private static final List<String> ENCODERS = List.of("org.unmute.models.zoo.EncoderGoldenTest");
    private static final List<String> PROBES =
            List.of(("org.unmute.probes.golden.LossGoldenTest org.unmute.probes.golden.ProbeGoldenTest "
                            + "org.unmute.probes.golden.PackedGoldenTest org.unmute.probes.golden.TrajectoryGoldenTest")
                    .split(" "));

    private Plan() {}

    /**
     * All steps, in the order in which they run.
     *
     * @param rows the rows that are to be timed, in the order of {@link Case#all}
     * @param rowSeconds what a row takes with its comparison
     * @param wanted the parts that are to run
     * @param cuda whether the device may have tensor cores
     */
    static List<Step> steps(List<Case> rows, double rowSeconds, Set<Part> wanted, boolean cuda) {
        List<Step> all = new ArrayList<>();
        List<String> contract = contract();
        String smoke = "modules load, kernels launch and agree with the CPU in every precision";
        all.add(Step.of(Part.SMOKE, "smoke", smoke, ALWAYS, SMALL_ROWS));
        contract.subList(0, FIRST).forEach(c -> {
            if (cuda && TENSOR.contains(c)) {
                all.add(contract("tensor " + c, c, ALWAYS));
            }
            all.add(contract(c));
            if (cuda && c.equals("SameBits")) {
                // Exact on tensor cores as well.
                all.add(contract("tensor SameBits", "SameBits#binaryPrototypeMaxPool", ALWAYS));
            }
        });
        all.add(timings("first rows", rows.stream().filter(Case::isFirst).toList(), rowSeconds));
        contract.subList(FIRST, contract.size()).forEach(c -> all.add(contract(c)));
        String encoders = "all intermediate tensors of eight encoders are their authors'";
        all.add(Step.of(Part.ENCODERS, "encoders", encoders, Map.of(), ENCODERS));
        String probes = "losses, gradients and whole trainings of all probes are PyTorch's";
        all.add(Step.of(Part.PROBES, "probes", probes, Map.of(), PROBES));
        all.add(timings("further rows", rows.stream().filter(c -> !c.isFirst()).toList(), rowSeconds));
        for (Sanitizer.Tool tool : Sanitizer.Tool.values()) {
            all.add(Step.of(Part.SANITIZER, tool.command(), tool.finds(), ALWAYS, SMALL_ROWS));
        }
        return all.stream()
                .filter(s -> wanted.contains(s.part())
                        && (s.part() != Part.TIMINGS || !s.rows().isEmpty()))
                .toList();
    }

    private static Step contract(String name) {
        return contract("contract " + name, name, name.equals("SameBits") ? SAME_BITS : Map.of());
    }

    private static Step contract(String title, String name, Map<String, String> properties) {
        String proves = switch (name) {
            case "SameBits#binaryPrototypeMaxPool" -> "binary matching on tensor cores has the CPU's bits";
            case "Prototype" -> "matching and its gradient, in all layouts, tails and special numbers";
            case "Winners" -> "binary matching has the winners of exact arithmetic, near-ties and ties included";
            case "Product" -> "matrix products in all layouts, tails and special numbers";
            case "SameBits" -> "what an encoder and a training consist of has the CPU's bits";
            case "Attention" -> "attention with and without bias, in all layouts";
            case "Autograd" -> "results and gradients of all ops are PyTorch's stored ones";
            case "Repeatability" -> "the same input gives the same bits twice";
            default -> name + " ops against the scalar backend";
        };
        return Step.of(Part.CONTRACT, title, proves, properties, List.of(name));
    }

    private static Step timings(String name, List<Case> rows, double rowSeconds) {
        String proves = "times, and shares of the measured peak";
        return Step.of(Part.TIMINGS, name, proves, Map.of(), List.of(TESTS + "#timed"))
                .timing(rows.stream().map(Case::id).toList(), rowSeconds);
    }

    /** The parts of the contract on the class path, in order. */
    static List<String> contract() {
        List<String> there = Stream.of(BackendContract.class, DeviceContract.class)
                .flatMap(c -> Arrays.stream(c.getDeclaredClasses()))
                .filter(c -> c.isAnnotationPresent(Nested.class))
                .map(Class::getSimpleName)
                .sorted()
                .toList();
        Set<String> ordered = new LinkedHashSet<>(CONTRACT);
        ordered.retainAll(there);
        ordered.addAll(there);
        return List.copyOf(ordered);
    }
}
