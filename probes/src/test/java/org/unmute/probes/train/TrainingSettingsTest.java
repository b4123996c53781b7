package org.unmute.probes.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.Optimizer;
import org.unmute.tensor.optim.ParameterGroup;

class TrainingSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "1,600",
        "40,300",
        "80,200",
        "190,100",
        "412,75",
        "1000,75",
        "2500,75",
        "5000,38",
        "20000,30",
        "200000,30"
    })
    void fewClipsHaveAsManyStepsAsTheyNeed(int clips, int epochs) {
        assertEquals(epochs, TrainingSettings.convergingEpochs(clips, 32));
    }

    @Test
    void tokensAreStandardizedUnlessTheProbeLooksAtAllLayersOrKeepsItsClips() {
        assertTrue(TrainingSettings.converging("protobin").standardize());
        assertFalse(TrainingSettings.converging("linear-layers").standardize());
        assertFalse(TrainingSettings.converging("knn").standardize());
        assertFalse(TrainingSettings.paper("protobin").standardize());
    }

    @Test
    void extremesOfChannelsAreReadWhereTheProbeHasThemUnlessTheyAreGiven() {
        ProbeOptions more = ProbeOptions.parse("prototypes=5");
        assertEquals(
                ProbeOptions.parse("prototypes=5", "extremes=true"),
                TrainingSettings.convergingOptions("protobin", more));
        assertEquals(
                ProbeOptions.parse("extremes=true"),
                TrainingSettings.convergingOptions("protofloat", ProbeOptions.DEFAULTS));
        ProbeOptions without = ProbeOptions.parse("extremes=false");
        assertEquals(without, TrainingSettings.convergingOptions("protobin", without));
        assertEquals(ProbeOptions.DEFAULTS, TrainingSettings.convergingOptions("linear-mean", ProbeOptions.DEFAULTS));
    }

    /** As with one group for matrices and one for the rest, but the norm is summed in the order of the probe. */
    @Test
    void aStepIsThatOfTheGradientsInTheOrderOfTheProbe() {
        TrainingSettings settings = TrainingSettings.paper("protobin").withDecayAll(false);
        Map<String, Tensor> one = parameters();
        Map<String, Tensor> two = parameters();
        Optimizer own = new AdamW(settings.groups(one), settings.schedule(10));
        Optimizer written = new AdamW(
                List.of(
                        new ParameterGroup(chosen(two, "a.weight", "c.weight"), settings.rate(), settings.decay()),
                        new ParameterGroup(chosen(two, "a.bias", "b", "c.bias"), settings.rate(), 0)),
                settings.schedule(10));
        assertEquals(List.copyOf(one.keySet()), List.copyOf(own.parameters().keySet()));
        for (int step = 0; step < 5; step++) {
            own.minimize(loss(one), 1e-3);
            written.step(Gradients.of(loss(two), two).clipped(1e-3));
        }
        one.forEach((name, p) -> assertArrayEquals(two.get(name).toFloats(), p.toFloats(), name));
    }

    private static Map<String, Tensor> parameters() {
        SplittableRandom random = new SplittableRandom(3);
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put("a.weight", Tensor.randn(random, 7, 5).parameter());
        all.put("a.bias", Tensor.randn(random, 7).parameter());
        all.put("b", Tensor.randn(random, 3, 3).parameter());
        all.put("c.weight", Tensor.randn(random, 4, 7).parameter());
        all.put("c.bias", Tensor.randn(random, 4).parameter());
        return all;
    }

    private static Map<String, Tensor> chosen(Map<String, Tensor> all, String... names) {
        Map<String, Tensor> some = new LinkedHashMap<>();
        for (String name : names) {
            some.put(name, all.get(name));
        }
        return some;
    }

    private static Tensor loss(Map<String, Tensor> parameters) {
        return parameters.values().stream()
                .map(p -> p.square().sum())
                .reduce(Tensor::plus)
                .orElseThrow();
    }
}
