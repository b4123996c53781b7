package org.unmute.probes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.AssertionFailedError;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.probes.loss.AsymmetricLoss;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.Optimizer;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;
import org.unmute.tensor.optim.Sgd;

/**
 * Training runs in {@code probes/traj}: loss, learning rate and gradient norm of every step, parameters and moments.
 */
@Tag("golden")
class TrajectoryGoldenTest {
    private static final String DATA = "traj_data.safetensors";
    private static final double LEAST_RATE = 1e-6;

    @TestFactory
    List<DynamicTest> runs() throws IOException {
        Path folder = Golden.require("probes/traj");
        List<JsonNode> entries = ReferenceFile.entries(folder);
        JsonNode data = entries.stream()
                .filter(e -> e.path("file").asText().equals(DATA))
                .findFirst()
                .orElseThrow();
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : entries) {
            String name = entry.path("file").asText();
            if (entry == data) {
                continue;
            }
            for (Arithmetic a : Arithmetic.all()) {
                tests.add(dynamicTest(name + " " + a, () -> {
                    try (ReferenceFile file = new ReferenceFile(folder, entry);
                            ReferenceFile set = new ReferenceFile(folder, data)) {
                        new Run(a, file, set).check();
                    }
                }));
            }
        }
        return Golden.cases("probes/traj", tests);
    }

    private record Run(Arithmetic a, ReferenceFile file, ReferenceFile set) {
        void check() {
            JsonNode about = file.entry();
            Map<String, Tensor> initial = new LinkedHashMap<>();
            file.file().names().stream()
                    .filter(n -> n.startsWith("init."))
                    .forEach(n -> initial.put(n.substring("init.".length()), file.read(a, n)));
            Probe probe = Probes.of(about.path("probe").asText(), initial, true, ProbeOptions.DEFAULTS);
            int steps = about.path("steps").asInt();
            Optimizer optimizer = optimizer(about, probe.parameters());
            double[] losses = new double[steps];
            double[] rates = new double[steps];
            double[] norms = new double[steps];
            for (int t = 0; t < steps; t++) {
                Tensor chosen = a.readInts(set.file(), "batch_order").select(0, t);
                Tensor logits = probe.logits(batch(chosen, about.path("dims")));
                Tensor loss = AsymmetricLoss.DEFAULT.of(
                        logits, set.read(a, "targets_multihot").indexSelect(0, chosen));
                Gradients gradients = Gradients.of(loss, probe.parameters());
                losses[t] = loss.item();
                rates[t] = optimizer.rate(0);
                norms[t] = gradients.norm();
                optimizer.step(
                        about.path("clip").isNumber()
                                ? gradients.clipped(about.path("clip").asDouble())
                                : gradients);
                checkParameters("step" + (t + 1) + ".", probe);
            }
            Golden.assertClose(a + " lr", file.file().doubles("lr"), rates, 1e-12, 1e-7);
            checkSeries("loss", losses);
            checkSeries("grad_norm", norms);
            checkParameters("final.", probe);
            checkState(optimizer);
        }

        private TokenBatch batch(Tensor chosen, JsonNode dims) {
            return new TokenBatch(
                    set.read(a, "tokens").indexSelect(0, chosen),
                    set.read(a, "cls").indexSelect(0, chosen),
                    dims.path("T").asInt(),
                    dims.path("F").asInt());
        }

        private void checkSeries(String name, double[] actual) {
            file.check(a, name, Tensor.of(Arithmetic.exact().backend(), actual, actual.length));
        }

        private void checkParameters(String at, Probe probe) {
            probe.parameters().forEach((name, p) -> {
                if (file.has(at + name)) {
                    file.check(a, at + name, p);
                }
            });
        }

        private void checkState(Optimizer optimizer) {
            Map<String, Tensor> state = optimizer.state();
            file.file().names().stream().filter(n -> n.startsWith("state.")).forEach(n -> {
                assertThat(state).containsKey(n.substring("state.".length()));
                file.check(a, n, state.get(n.substring("state.".length())));
            });
        }

        private static Optimizer optimizer(JsonNode about, Map<String, Tensor> parameters) {
            double rate = about.path("lr").asDouble();
            long steps = about.path("steps").asLong();
            long warm = about.path("warm").asLong();
            List<ParameterGroup> all = List.of(new ParameterGroup(parameters, rate, 1e-4));
            String name = about.path("optimiser").asText();
            return switch (name) {
                case "adamw_cosine" -> new AdamW(all, Schedule.cosine(steps));
                case "adamw_clip" -> new AdamW(all, Schedule.constant());
                case "adamw_warm_birdmae" -> new AdamW(all, Schedule.cosineWithWarmUp(steps, warm, LEAST_RATE));
                case "adamw_warm_bat" -> new AdamW(all, Schedule.riseAndDecay(steps, warm, LEAST_RATE));
                case "adamw_groups" -> new AdamW(groups(parameters, rate), Schedule.cosine(steps));
                case "sgd_momentum" ->
                    new Sgd(List.of(new ParameterGroup(parameters, rate, 0)), Schedule.constant(), 0.9, false);
                case "sgd_nesterov_wd" ->
                    new Sgd(List.of(new ParameterGroup(parameters, rate, 1e-3)), Schedule.cosine(steps), 0.9, true);
                default -> throw new AssertionFailedError("no optimizer for " + name);
            };
        }

        private static List<ParameterGroup> groups(Map<String, Tensor> parameters, double rate) {
            Map<String, Tensor> matrices = new LinkedHashMap<>();
            Map<String, Tensor> others = new LinkedHashMap<>();
            parameters.forEach((name, p) -> (name.endsWith("weight") ? matrices : others).put(name, p));
            return List.of(new ParameterGroup(matrices, rate, 0.05), new ParameterGroup(others, rate, 0));
        }
    }
}
