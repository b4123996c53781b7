package org.unmute.probes.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.Golden;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.loss.AsymmetricLoss;
import org.unmute.probes.loss.BinaryCrossEntropy;
import org.unmute.probes.loss.CrossEntropy;
import org.unmute.probes.loss.Loss;
import org.unmute.probes.loss.Reduction;
import org.unmute.probes.pool.LinearProbe;
import org.unmute.probes.pool.Mhca;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.Protobin;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;

/** Descriptors, logits, losses and all gradients of the probes in {@code probes}, edge cases included. */
@Tag("golden")
class ProbeGoldenTest {
    private static final Map<String, Loss> LOSSES = Map.of("asl", AsymmetricLoss.DEFAULT, "bce", BinaryCrossEntropy.DEFAULT,
            "ce", CrossEntropy.DEFAULT, "asl_detached", new AsymmetricLoss(4, 1, 0.05, 1e-8, true, Reduction.MEAN));

    @TestFactory
    List<DynamicTest> probes() throws IOException {
        Path folder = Golden.require("probes/index.json").getParent();
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : ReferenceFile.entries(folder)) {
            String probe = entry.path("probe").asText();
            if (!Probes.names().contains(probe)) {
                ReferenceFile.leftOut(entry.path("file").asText() + " (probe " + probe + " is not implemented)");
                continue;
            }
            List<String> cases = new ArrayList<>();
            entry.path("cases").forEach(c -> cases.add(c.path("case").asText() + "/"));
            for (String at : cases.isEmpty() ? List.of("") : cases) {
                for (Arithmetic a : Arithmetic.all()) {
                    tests.add(dynamicTest(entry.path("file").asText() + " " + at + " " + a, () -> {
                        try (ReferenceFile file = new ReferenceFile(folder, entry)) {
                            new Check(a, file, at, probe).all();
                        }
                    }));
                }
            }
        }
        return Golden.cases("probes", tests);
    }

    /** One case: the keys of the file that start with {@code at}. */
    private record Check(Arithmetic a, ReferenceFile file, String at, String name) {
        void all() {
            Map<String, Tensor> parameters = new LinkedHashMap<>();
            String prefix = at + "param.";
            file.file().names().stream().filter(n -> n.startsWith(prefix))
                    .forEach(n -> parameters.put(n.substring(prefix.length()), read("param." + n.substring(prefix.length()))));
            ProbeOptions options = has("out.attn") && name.equals(Mhca.NAME)
                    ? ProbeOptions.DEFAULTS.with("heads", file.file().shape(at + "out.attn").size(1)) : ProbeOptions.DEFAULTS;
            Probe probe = Probes.of(name, parameters, true, options);
            TokenBatch batch = batch();
            outputs(probe, batch);
            losses(probe, batch);
            variants(parameters, batch);
        }

        private TokenBatch batch() {
            JsonNode dims = file.entry().path("dims");
            Tensor tokens = read("in.tokens").parameter();
            Tensor cls = has("in.cls") ? read("in.cls").parameter() : null;
            return new TokenBatch(tokens, cls, dims.path("T").asInt(), dims.path("F").asInt());
        }

        private void outputs(Probe probe, TokenBatch batch) {
            check("out.descriptor", probe.descriptor(batch));
            check("out.logits", probe.logits(batch));
            if (probe instanceof Mhca m) {
                check("out.attn", m.attention(batch));
            }
            if (probe instanceof Protobin p) {
                file.checkInts(a, at + "out.argmax", p.match(batch).winners());
                if (has("out.sim")) {
                    check("out.sim", similarities(p, batch));
                }
            }
        }

        /** {@code [batch, prototypes, tokens]} from the maps of the single clips. */
        private Tensor similarities(Protobin probe, TokenBatch batch) {
            Tensor[] maps = new Tensor[batch.size()];
            for (int i = 0; i < maps.length; i++) {
                TokenMap map = new TokenMap(batch.time(), batch.freq(), batch.dim(), batch.tokens().select(0, i).toFloats(), null);
                maps[i] = probe.similarityMap(map).reshape(probe.prototypeCount(), map.count());
            }
            return Tensor.stack(0, maps);
        }

        private void losses(Probe probe, TokenBatch batch) {
            LOSSES.forEach((id, loss) -> {
                if (!has("loss." + id)) {
                    return;
                }
                Tensor targets = id.equals("ce") ? a.readInts(file.file(), at + "in.targets_class") : read("in.targets_multihot");
                String grad = id.equals("asl") ? "grad." : "grad_" + id + ".";
                Tensor value = loss.of(probe.logits(batch), targets);
                check("loss." + id, value);
                Grad gradients = Grad.of(value);
                probe.parameters().forEach((name, p) -> checkIfThere(grad + name, () -> gradients.wrt(p)));
                checkIfThere(grad + "tokens", () -> gradients.wrt(batch.tokens()));
                if (batch.cls() != null) {
                    checkIfThere(grad + "cls", () -> gradients.wrt(batch.cls()));
                }
                checkIfThere(grad + "logits", () -> upstream(probe.logits(batch), l -> loss.of(l, targets)));
                checkIfThere(grad + "descriptor", () -> upstream(probe.descriptor(batch), d -> loss.of(classify(probe, d), targets)));
            });
        }

        private static Tensor upstream(Tensor inside, Function<Tensor, Tensor> rest) {
            Tensor leaf = inside.detach().parameter();
            return Grad.of(rest.apply(leaf)).wrt(leaf);
        }

        private static Tensor classify(Probe probe, Tensor descriptor) {
            return descriptor.linear(probe.parameters().get("fc.weight"), probe.parameters().get("fc.bias"));
        }

        private void variants(Map<String, Tensor> parameters, TokenBatch batch) {
            file.file().names().stream().filter(n -> n.startsWith(at + "variant.") && n.endsWith(".loss_asl"))
                    .map(n -> n.substring((at + "variant.").length(), n.length() - ".loss_asl".length()))
                    .forEach(v -> variant(v, parameters, batch));
        }

        private void variant(String v, Map<String, Tensor> parameters, TokenBatch batch) {
            Tensor targets = read("in.targets_multihot");
            if (name.equals(LinearProbe.CLS) && v.equals("gap")) {
                Probe mean = Probes.of(LinearProbe.MEAN, parameters, true, ProbeOptions.DEFAULTS);
                Probe noCls = Probes.of(LinearProbe.CLS, parameters, false, ProbeOptions.DEFAULTS);
                check("variant.gap.descriptor", noCls.descriptor(batch));
                checkVariant(v, noCls, noCls.logits(batch), targets);
                checkVariant(v, mean, mean.logits(batch), targets);
            } else if (name.startsWith("proto") && v.equals("frame_wise")) {
                Protobin p = (Protobin) Probes.of(name, parameters, true, ProbeOptions.DEFAULTS);
                Tensor logits = p.frameLogits(batch);
                checkVariant(v, p, logits, targets.insert(1).expand(logits.shape().toArray()));
            } else if (name.startsWith("proto") && v.matches("topk\\d+")) {
                Protobin p = (Protobin) Probes.of(name, parameters, true, ProbeOptions.DEFAULTS);
                Tensor descriptor = p.topKDescriptor(batch, Integer.parseInt(v.substring("topk".length())));
                check("variant." + v + ".descriptor", descriptor);
                checkVariant(v, p, p.classify(descriptor), targets);
            } else if (name.startsWith("proto") && v.equals("dropout")) {
                Protobin p = (Protobin) Probes.of(name, parameters, true, ProbeOptions.DEFAULTS);
                // the index: kept 1, dropped 0, for p = 0.2
                Tensor descriptor = Functions.dropout(p.descriptor(batch), read("variant.dropout.mask"), 0.2);
                check("variant.dropout.descriptor", descriptor);
                checkVariant(v, p, p.classify(descriptor), targets);
            } else {
                ReferenceFile.leftOut(name + ", variant " + v);
            }
        }

        private void checkVariant(String v, Probe probe, Tensor logits, Tensor targets) {
            Tensor value = AsymmetricLoss.DEFAULT.of(logits, targets);
            check("variant." + v + ".logits", logits);
            check("variant." + v + ".loss_asl", value);
            Grad gradients = Grad.of(value);
            probe.parameters().forEach((n, p) -> checkIfThere("variant." + v + ".grad." + n, () -> gradients.wrt(p)));
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

        private void checkIfThere(String key, java.util.function.Supplier<Tensor> actual) {
            if (has(key)) {
                check(key, actual.get());
            }
        }
    }
}
