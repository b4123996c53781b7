package org.unmute.kernels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.golden.AutogradGoldens;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Op;
import org.unmute.tensor.op.Unary;

/** Every op has its checks. Failures name the missing ones and the file to edit. */
class OpCoverageTest {
    private static final String CONTRACT = "org/unmute/kernels/contract/";

    /** Ops without PyTorch reference numbers, and the tests that check them instead. */
    private static final Map<String, String> WITHOUT_GOLDEN = Map.ofEntries(
            Map.entry("NEG", "exact"),
            Map.entry("SIGN", "exact; the straight-through form has cases"),
            Map.entry("Cast", "exact, see ElementwiseContract.castAndCopy"),
            Map.entry("BinaryCrossEntropy", "LossGoldenTest of probes"),
            Map.entry("CrossEntropy", "LossGoldenTest of probes"),
            Map.entry("PrototypeMaxPool", "ProbeGoldenTest of probes"),
            Map.entry("PrototypeGroupMaxPool", "as PrototypeMaxPool of each group, see PrototypeContract"),
            Map.entry("ProductExtremes", "ProbeGoldenTest of probes"),
            Map.entry("UnitSum", "ProbeGoldenTest of probes"),
            Map.entry("Depthwise", "as Convolve with a group for each channel, see ConvolutionContract"),
            Map.entry("EmbedPatches", "EncoderGoldenTest of models"),
            Map.entry("SelfAttention", "EncoderGoldenTest of models"),
            Map.entry("GatedAttention", "the golden test of BEATs in models"));

    /** Every method of {@link Backend} that computes is called by the suite, which all backends run. */
    @Test
    void everyBackendMethodHasAContractCase() throws IOException, URISyntaxException {
        Set<String> called = new HashSet<>();
        Path classes = Path.of(
                BackendContract.class.getResource("BackendContract.class").toURI());
        try (Stream<Path> files = Files.list(classes.getParent())) {
            for (Path file : files.filter(f ->
                            f.toString().endsWith(".class") && !f.toString().contains("Test"))
                    .toList()) {
                for (var entry : ClassFile.of().parse(file).constantPool()) {
                    if (entry instanceof MemberRefEntry m
                            && m.owner().asInternalName().endsWith("/Backend")) {
                        called.add(m.name().stringValue());
                    }
                }
            }
        }
        List<String> missing = Arrays.stream(Backend.class.getMethods())
                .filter(m -> m.getReturnType() == void.class
                        && Arrays.asList(m.getParameterTypes()).contains(View.class))
                .map(Method::getName)
                .filter(name -> !called.contains(name))
                .distinct()
                .toList();
        assertThat(missing)
                .as("methods of Backend without a case: add one to the part of the suite that they belong to, "
                        + "kernels/contract/src/test/java/" + CONTRACT + "*Contract.java")
                .isEmpty();
    }

    /** Otherwise nothing would test a function with more than one pair of constants. */
    @Test
    void everyFunctionSaysWhetherItHasConstants() {
        List<Unary> silent = Arrays.stream(Unary.values())
                .filter(f -> !f.hasConstants())
                .filter(f -> DoubleStream.of(-1.5, -0.2, 0.4, 0.6, 1.7)
                        .anyMatch(x -> Double.compare(f.apply(x, 0.3, 0.8), f.apply(x, -0.5, 2)) != 0
                                || Double.compare(slope(f, x, 0.3, 0.8), slope(f, x, -0.5, 2)) != 0))
                .toList();
        assertThat(silent)
                .as("functions that depend on p or q: list them in hasConstants() of Unary.java in tensor, and add a "
                        + "line to AutogradKinds.java of kernels/contract")
                .isEmpty();
    }

    private static double slope(Unary f, double x, double p, double q) {
        return f.derivative(x, f.apply(x, p, q), p, q);
    }

    /** Every function of one number and every record of {@link Op} occurs in a case with reference numbers. */
    @Test
    void everyOpHasReferenceNumbers() {
        Set<String> needed = Stream.concat(
                        Arrays.stream(Unary.values()).map(Unary::name),
                        records(Op.class).map(Class::getSimpleName))
                .collect(Collectors.toCollection(TreeSet::new));
        needed.remove("Map"); // Map stands for each of its functions.
        needed.removeAll(AutogradGoldens.ops());
        assertThat(needed)
                .as("exceptions in WITHOUT_GOLDEN that have reference numbers by now")
                .containsAll(WITHOUT_GOLDEN.keySet());
        needed.removeAll(WITHOUT_GOLDEN.keySet());
        assertThat(needed)
                .as("ops without reference numbers: add a case with kernels/contract/add-golden, or state in "
                        + "WITHOUT_GOLDEN of kernels/contract/src/test/java/" + CONTRACT
                        + "OpCoverageTest.java what checks the op instead")
                .isEmpty();
    }

    /** Those of this project; {@code CustomOp} is open. */
    private static Stream<Class<?>> records(Class<?> type) {
        if (type.isRecord()) {
            return Stream.of(type);
        }
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(OpCoverageTest::records)
                : Stream.empty();
    }
}
