package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * The options with which a probe is made are saved and restored. For probes of this project, this is checked by their
 * results; for those in other jars, by the options that they state when they are made.
 */
class OptionsKeptTest {
    private static final int DIM = 8;
    private static final int LAYERS = 3;
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final TokenLayout LAYOUT = new TokenLayout(DIM, 2, true, LAYERS);

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private static TokenMap map(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] tokens = new float[6 * DIM];
        float[] cls = new float[DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < cls.length; i++) {
            cls[i] = (float) random.nextGaussian();
        }
        return new TokenMap(3, 2, DIM, tokens, cls);
    }

    private static Features clip(long seed) {
        return new Features(map(seed), List.of(map(seed + 1), map(seed + 2), map(seed)), null);
    }

    /** Changes the parameters, as training does, so that they no longer depend on the seed alone. */
    private static void move(Probe probe) {
        SplittableRandom random = new SplittableRandom(5);
        probe.parameters().values().forEach(p -> {
            double[] moved = p.toDoubles();
            for (int i = 0; i < moved.length; i++) {
                moved[i] += 0.1 * random.nextGaussian();
            }
            p.detach().assign(Tensor.of(p.backend(), moved, p.shape().toArray()).cast(p.dtype()));
        });
    }

    @ParameterizedTest
    @MethodSource("org.unmute.probes.pool.ProbeChecks#probesAndVariants")
    void anOpenedProbeIsTheOneThatWasSaved(String name, String options, @TempDir Path folder) throws IOException {
        ProbeOptions given = ProbeChecks.parse(options);
        Probe probe = Probes.create(scalar, name, LAYOUT, CLASSES.size(), given, 4);
        TrainedProbe fresh = new TrainedProbe(probe, CLASSES, true, false, null, "", "");
        probe.trainingLogits(List.of(fresh.batch(List.of(clip(1), clip(4)))), new SplittableRandom(0));
        move(probe);
        fresh.save(folder.resolve("probe"));
        TrainedProbe opened = TrainedProbe.load(folder.resolve("probe"), scalar);
        assertThat(opened.probe().options()).isEqualTo(probe.options());
        given.values().forEach((option, value) -> {
            if (!option.equals("preset")) { // it stands for other options, which are saved
                assertThat(probe.options().values()).containsKey(option);
                assertThat(same(probe.options().values().get(option), value))
                        .as(option)
                        .isTrue();
            }
        });
        assertThat(opened.logits(clip(7))).isEqualTo(fresh.logits(clip(7)));
        assertThat(opened.probe().regularization().map(Tensor::item))
                .isEqualTo(probe.regularization().map(Tensor::item));
        TokenBatch batch = fresh.batch(List.of(clip(7), clip(8)));
        assertThat(opened.probe()
                        .trainingLogits(List.of(batch), new SplittableRandom(3))
                        .toFloats())
                .isEqualTo(probe.trainingLogits(List.of(batch), new SplittableRandom(3))
                        .toFloats());
    }

    private static boolean same(String stated, String given) {
        return stated.equals(given)
                || given.matches("[0-9.]+") && Double.parseDouble(given) == Double.parseDouble(stated);
    }

    static Stream<String> names() {
        return Probes.names().stream().filter(ProbeChecks::isSelected);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyOptionHasAVariant(String name) {
        ProbeChecks checks = ProbeChecks.of(name);
        String all = checks.small() + " " + String.join(" ", checks.variants());
        assertThat(Probes.type(name).options())
                .as("ProbeChecks.ALL: each option of %s needs a value in variants(...) or small(...)", name)
                .allSatisfy(option -> assertThat(" " + all).contains(" " + option + "="));
    }

    /** Pooling of a third-party probe; each test decides how it is constructed. */
    private static class Other extends PoolingProbe {
        Other(ParameterSource source) {
            super(source, source.dim());
        }

        Other(String name, Classifier fc) {
            super(name, fc, List.of());
        }

        @Override
        public Tensor descriptor(TokenBatch batch) {
            return batch.tokens().mean(1);
        }
    }

    private Probe made(Function<ParameterSource, Probe> maker, String... options) {
        return made(new ProbeType("other", List.of("power", "norm"), maker), options);
    }

    private Probe made(ProbeType type, String... options) {
        return Probes.create(type, scalar, LAYOUT, 2, ProbeOptions.parse(options), 1);
    }

    private static void assertRefused(Runnable making, String... words) {
        assertFails(IllegalArgumentException.class, making::run, words);
    }

    @Test
    void whatWasGivenAndNotAskedForIsRefused() {
        assertRefused(() -> made(Other::new, "power=2"), "probe other: option power=2 does not apply");
        Function<ParameterSource, Probe> asks = source -> {
            source.number("power", 1, 0, 10);
            return new Other(source);
        };
        assertThat(made(asks, "power=2").options().values()).isEqualTo(Map.of("power", "2.0"));
        assertThat(made(asks).options().values()).isEqualTo(Map.of("power", "1.0"));
        assertRefused(() -> made(asks, "power=2", "norm=batch"), "norm=batch does not apply", "it has power=2.0");
        // The saved file states the option: no option in effect when a file was saved falls back to its default.
        Probe saved = made(asks, "power=2");
        ProbeType forgets = new ProbeType("other", List.of("power"), Other::new);
        assertRefused(() -> Probes.of(forgets, saved.parameters(), true, saved.options()), "power=2.0 does not apply");
    }

    @Test
    void whatAClassDoesNotStateIsRefused() {
        Function<ParameterSource, Probe> hides = source -> {
            source.number("power", 1, 0, 10);
            return new Other(source) {
                @Override
                public ProbeOptions options() {
                    return ProbeOptions.DEFAULTS;
                }
            };
        };
        assertRefused(() -> made(hides, "power=2"), "made with options [power=2.0], but options() states []");
        assertRefused(() -> made(hides), "made with options [power=1.0]");
        Function<ParameterSource, Probe> late = source -> {
            Probe probe = new Other(source);
            source.number("power", 1, 0, 10);
            return probe;
        };
        assertRefused(() -> made(late), "before it calls super(source, ...)");
        Function<ParameterSource, Probe> lateParameter = source -> {
            Probe probe = new Other(source);
            source.normal("pool.late", 1, 3);
            return probe;
        };
        assertRefused(() -> made(lateParameter), "made with pool.late, but parameters() states");
        Function<ParameterSource, Probe> lostBuffer = source -> {
            source.buffer("pool.mean", 0, DIM);
            return new Other(source);
        };
        assertRefused(() -> made(lostBuffer), "made with pool.mean, but buffers() states");
    }

    @Test
    void aValueWithBlanksIsOneOption(@TempDir Path folder) throws IOException {
        Probe probe = made(
                source -> {
                    source.choice("norm", "plain", "mean of all");
                    source.number("power", 1, 0, 10);
                    return new Other(source);
                },
                "norm=mean of all");
        Path file = folder.resolve("probe");
        new TrainedProbe(probe, List.of("a", "b"), true, false, null, "", "").save(file);
        try (SafetensorsFile saved = SafetensorsFile.open(file)) {
            assertThat(ProbeOptions.parse(saved.metadata().get("options").split("\n")))
                    .isEqualTo(probe.options())
                    .isEqualTo(ProbeOptions.parse("norm=mean of all", "power=1.0"));
        }
    }

    /** Properties known only to a fresh probe must also be stated as options. */
    @Test
    void whatIsTakenFromTheTokensAndNotKeptIsRefused() {
        for (Function<ParameterSource, Number> taken : List.<Function<ParameterSource, Number>>of(
                source -> source.layout().freq(), ParameterSource::classes)) {
            Function<ParameterSource, Probe> maker = source -> {
                taken.apply(source);
                return new Other(source);
            };
            assertRefused(() -> made(maker), "a saved one could not be opened", "is known of a fresh probe only");
        }
        Function<ParameterSource, Probe> keeps = source -> {
            source.integer("power", source.isGiven() ? 0 : source.layout().freq(), 0, 10);
            return new Other(source);
        };
        assertThat(made(keeps).options().values()).containsEntry("power", "2");
    }

    /** The form with two functions, where the author writes options(). */
    private static ProbeType twoWays(Function<ProbeOptions, ProbeOptions> fresh, ProbeOptions restored) {
        return new ProbeType(
                "other",
                List.of("power"),
                (name, layout, classes, options, init) ->
                        stating(name, Classifier.fresh(init, layout.dim(), classes), fresh.apply(options)),
                (name, hasCls, options, parameters) ->
                        stating(name, Classifier.of(parameters), restored == null ? options : restored));
    }

    private static Probe stating(String name, Classifier fc, ProbeOptions options) {
        return new Other(name, fc) {
            @Override
            public ProbeOptions options() {
                return options;
            }
        };
    }

    @Test
    void probesMadeInTwoWaysAreHeldToTheSame() {
        ProbeOptions three = ProbeOptions.parse("power=3");
        assertThat(made(twoWays(o -> o, null), "power=2").options().values()).containsEntry("power", "2");
        assertRefused(
                () -> made(twoWays(_ -> ProbeOptions.DEFAULTS, null), "power=2"),
                "power=2 was given, but options() of the probe does not state power");
        assertRefused(
                () -> made(twoWays(_ -> three, null), "power=2"),
                "power=2 was given, but options() of the probe states power=3");
        assertRefused(
                () -> made(twoWays(o -> o.with("power", 4), three)),
                "power=4 was given, but options() of the probe states power=3");
        assertRefused(
                () -> made(twoWays(_ -> ProbeOptions.DEFAULTS, three)),
                "it states the options []",
                "it states [power=3]");
        ProbeType named =
                new ProbeType("other", List.of(), twoWays(o -> o, null).fresh(), (name, _, options, p) -> {
                    throw new NoSuchMethodError("ParameterSource.options()");
                });
        assertRefused(() -> made(named), "does not fit this version of Unmute", "build its jar again");
        ProbeType misnamed = new ProbeType(
                "other",
                List.of(),
                (name, layout, classes, options, init) ->
                        stating("another", Classifier.fresh(init, layout.dim(), classes), options),
                named.restored());
        assertRefused(() -> made(misnamed), "probe other: its class calls itself 'another'");
    }

    /** A preset is not saved, so it may change only options that are. */
    @Test
    void aPresetChangesOnlyOptionsThatAreStated() {
        Map<String, ProbeOptions> presets = new LinkedHashMap<>();
        presets.put("strong", ProbeOptions.parse("power=5"));
        Function<ParameterSource, Probe> maker = source -> {
            source.preset("norm", "plain", presets);
            source.number("power", 1, 0, 10);
            return new Other(source);
        };
        assertThat(made(maker, "norm=strong").options().values()).isEqualTo(Map.of("power", "5.0"));
        assertThat(made(maker, "norm=strong", "power=2").options().values()).isEqualTo(Map.of("power", "2.0"));
        assertThat(made(maker).options().values()).isEqualTo(Map.of("power", "1.0"));
        assertRefused(() -> made(maker, "norm=weak"), "one of plain, strong");
        presets.put("strong", ProbeOptions.parse("gain=5"));
        assertRefused(() -> made(maker, "norm=strong"), "gain=5 does not apply");
    }

    /** Options that have an effect only together with others are rejected without them. */
    @Test
    void anOptionWithoutEffectIsRefused() {
        assertRefused(
                () -> Probes.create(scalar, "proto", LAYOUT, 3, ProbeOptions.parse("others=0.3"), 1),
                "others=0.3 does not apply",
                "connection=own");
    }

    /** Saved files with one class keep the options that they always had. */
    @Test
    void withOneClassBothConnectionsAreTheSame() {
        Probe all = Probes.create(scalar, "proto", LAYOUT, 1, ProbeOptions.parse("connection=all"), 1);
        assertThat(all.options().values()).containsEntry("connection", "own").doesNotContainKey("others");
    }
}
