package org.unmute.probes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.probes.loss.AsymmetricLoss;
import org.unmute.probes.loss.BinaryCrossEntropy;
import org.unmute.probes.loss.CrossEntropy;
import org.unmute.probes.loss.Loss;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeChecks;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.standard.ProtobinProbe;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Grad;
import org.unmute.tensor.LossReduction;
import org.unmute.tensor.Tensor;

/**
 * Descriptors, logits, losses, maps and all gradients of the probes in {@code probes}, including variants and edge
 * cases. A stored result that no check compares is a failure.
 */
@Tag("golden")
class ProbeGoldenTest {
    private static final Map<String, Loss> LOSSES = Map.of(
            "asl",
            AsymmetricLoss.DEFAULT,
            "bce",
            BinaryCrossEntropy.DEFAULT,
            "ce",
            CrossEntropy.DEFAULT,
            "asl_detached",
            new AsymmetricLoss(4, 1, 0.05, 1e-8, true, LossReduction.MEAN));

    @TestFactory
    List<DynamicTest> probes() throws IOException {
        Golden.require("probes/index.json");
        Path folder = Golden.require("probes");
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : ReferenceFile.entries(folder)) {
            List<String> cases = new ArrayList<>();
            entry.path("cases").forEach(c -> cases.add(c.path("case").asText() + "/"));
            for (String at : cases.isEmpty() ? List.of("") : cases) {
                if (!ProbeChecks.isSelected(ReferenceProbe.name(entry, at))) {
                    continue;
                }
                for (Arithmetic a : Arithmetic.all()) {
                    tests.add(dynamicTest(entry.path("file").asText() + " " + at + " " + a, () -> {
                        try (ReferenceFile file = new ReferenceFile(folder, entry)) {
                            new Check(a, file, at, ReferenceProbe.of(a, file, at)).all();
                        }
                    }));
                }
            }
        }
        return ProbeChecks.allSelected() ? Golden.cases("probes", tests) : tests;
    }

    @Test
    void everyProbeHasReferenceNumbersOrSaysWhyNot() throws IOException {
        Path own = Path.of(System.getProperty("basedir", "")).resolve("src/test/resources/golden/probes");
        assumeTrue(Files.isDirectory(own), "the sources of the module probes are not here: " + own.toAbsolutePath());
        Set<String> found = new TreeSet<>();
        for (JsonNode entry : ReferenceFile.entries(own)) {
            found.add(ReferenceProbe.name(entry, "several_"));
        }
        found.remove("several");
        for (String name : Probes.names()) {
            assertThat(found.contains(name))
                    .as(
                            "probe %s: golden/probes/index.json names it exactly if ProbeChecks.java says"
                                    + " golden(\"%s\"); docs/adding-a-probe.md says how to make reference numbers",
                            name, name)
                    .isEqualTo(ProbeChecks.of(name).noReference().isEmpty());
        }
    }

    /** One case: the keys of the file that begin with {@code at}. */
    private record Check(Arithmetic a, ReferenceFile file, String at, ReferenceProbe reference) {
        void all() {
            Probe probe = reference.probe();
            TokenBatch batch = batch();
            outputs("out.", probe, batch);
            losses(probe, batch);
            regularization(probe);
            variants(batch);
            file.requireAllCompared(at, List.of("out.", "loss.", "grad", "variant."));
        }

        private TokenBatch batch() {
            JsonNode dims = file.entry().path("dims");
            Tensor tokens = read("in.tokens").parameter();
            Tensor cls = has("in.cls") ? read("in.cls").parameter() : null;
            int time = dims.path("T").asInt();
            int freq = dims.path("F").asInt();
            return tokens.rank() == 4
                    ? TokenBatch.of(new TokenBatch.Layers(tokens, cls), time, freq)
                    : new TokenBatch(tokens, cls, time, freq);
        }

        private void outputs(String out, Probe probe, TokenBatch batch) {
            checkIfThere(out + "descriptor", () -> probe.descriptor(batch));
            check(out + "logits", probe.logits(batch));
            checkIfThere(out + "attn", () -> probe.similarityMap(batch).orElseThrow());
            checkIfThere(out + "sim", () -> probe.similarityMap(batch).orElseThrow());
            checkIfThere(out + "token_logits", () -> flatMap(probe, batch).transpose(1, 2));
            checkIntsIfThere(
                    out + "argmax",
                    () -> probe instanceof ProtobinProbe p
                            ? p.match(batch).winners()
                            : flatMap(probe, batch).max(2).indices());
            checkIntsIfThere(out + "argmin", () -> flatMap(probe, batch).min(2).indices());
        }

        /** The similarity map with the grid flattened: {@code [batch, n, positions]}. */
        private static Tensor flatMap(Probe probe, TokenBatch batch) {
            Tensor map = probe.similarityMap(batch).orElseThrow();
            return map.reshape(map.size(0), map.size(1), map.size(2) * map.size(3));
        }

        private void losses(Probe probe, TokenBatch batch) {
            Tensor tokens =
                    batch.layers() == null ? batch.tokens() : batch.layers().tokens();
            Tensor cls = batch.layers() == null ? batch.cls() : batch.layers().cls();
            LOSSES.forEach((id, loss) -> {
                if (!has("loss." + id)) {
                    return;
                }
                Tensor targets = id.equals("ce")
                        ? a.readInts(file.file(), at + "in.targets_class")
                        : read("in.targets_multihot");
                String grad = id.equals("asl") ? "grad." : "grad_" + id + ".";
                Tensor value = loss.of(probe.logits(batch), targets);
                check("loss." + id, value);
                Grad gradients = Grad.of(value);
                gradients(grad, probe, gradients);
                checkIfThere(grad + "tokens", () -> gradients.wrt(tokens));
                if (cls != null) {
                    checkIfThere(grad + "cls", () -> gradients.wrt(cls));
                }
                checkIfThere(grad + "logits", () -> upstream(probe.logits(batch), l -> loss.of(l, targets)));
                checkIfThere(
                        grad + "descriptor",
                        () -> upstream(probe.descriptor(batch), d -> loss.of(probe.classify(d), targets)));
            });
        }

        private void gradients(String grad, Probe probe, Grad gradients) {
            probe.parameters()
                    .forEach((name, p) -> checkIfThere(grad + reference.stored().get(name), () -> gradients.wrt(p)));
        }

        private static Tensor upstream(Tensor inside, Function<Tensor, Tensor> rest) {
            Tensor leaf = inside.detach().parameter();
            return Grad.of(rest.apply(leaf)).wrt(leaf);
        }

        private void regularization(Probe probe) {
            checkIfThere("loss.orth", () -> probe.regularization().orElseThrow());
            if (has("loss.orth")) {
                gradients("grad_orth.", probe, Grad.of(probe.regularization().orElseThrow()));
            }
        }

        private void variants(TokenBatch batch) {
            Set<String> names = new LinkedHashSet<>();
            String prefix = at + "variant.";
            file.file().names().stream()
                    .filter(n -> n.startsWith(prefix))
                    .forEach(n -> names.add(n.substring(prefix.length()).split("\\.")[0]));
            names.forEach(v -> variant(v, batch));
        }

        private void variant(String v, TokenBatch batch) {
            String out = "variant." + v + ".";
            Probe probe = reference.variant(a, file, v);
            Tensor targets = read("in.targets_multihot");
            if (v.equals("frame_wise")) {
                Tensor logits = ((FrameWise) probe).frameLogits(batch);
                loss(out, probe, logits, targets.insert(1).expand(logits.shape().toArray()));
            } else if (v.matches("topk\\d+|dropout")) {
                ProtobinProbe p = (ProtobinProbe) probe;
                // the index: kept 1, dropped 0, for p = 0.2
                Tensor descriptor = v.equals("dropout")
                        ? Functions.dropout(p.descriptor(batch), read(out + "mask"), 0.2)
                        : p.topKDescriptor(batch, Integer.parseInt(v.substring("topk".length())));
                check(out + "descriptor", descriptor);
                loss(out, probe, probe.classify(descriptor), targets);
            } else if (v.endsWith("bn_train")) {
                Tensor descriptor = probe.trainingDescriptor(List.of(batch), new SplittableRandom(0));
                check(out + "descriptor", descriptor);
                loss(out, probe, probe.classify(descriptor), targets);
            } else {
                outputs(out, probe, batch);
                loss(out, probe, probe.logits(batch), targets);
            }
        }

        private void loss(String out, Probe probe, Tensor logits, Tensor targets) {
            Tensor value = AsymmetricLoss.DEFAULT.of(logits, targets);
            check(out + "logits", logits);
            check(out + "loss_asl", value);
            gradients(out + "grad.", probe, Grad.of(value));
        }

        private boolean has(String key) {
            return file.has(at + key);
        }

        private Tensor read(String key) {
            return file.read(a, at + key);
        }

        private void check(String key, Tensor actual) {
            file.check(a, at + key, actual);
        }

        private void checkIfThere(String key, Supplier<Tensor> actual) {
            if (has(key)) {
                check(key, actual.get());
            }
        }

        private void checkIntsIfThere(String key, Supplier<Tensor> actual) {
            if (has(key)) {
                file.checkInts(a, at + key, actual.get());
            }
        }
    }
}
