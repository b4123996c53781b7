package org.unmute.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.ModelsGolden;
import org.unmute.cli.Ran;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.console.Failure;
import org.unmute.data.provenance.Json;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.options.EncoderOptions;
import org.unmute.probes.cache.CacheKey;
import org.unmute.tensor.DType;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Parsing of encoder options; each option leads to a different cache. */
@Tag("golden")
class EncoderOptionsTest {
    @TempDir
    static Path folder;

    private static String eat;
    private static String asit;
    private static String beats;

    @BeforeAll
    static void find() {
        eat = ModelsGolden.require("tiny/eat/model.safetensors").toString();
        asit = ModelsGolden.require("tiny/asit/checkpoint.pth").toString();
        beats = ModelsGolden.require("tiny/beats/checkpoint.pt").toString();
    }

    @Command
    private static final class Parsed {
        @Mixin
        private EncoderOptions options;
    }

    private static OpenEncoder open(String file, String... more) throws IOException {
        Parsed parsed = new Parsed();
        List<String> args = new ArrayList<>(List.of("--encoder", file));
        args.addAll(Arrays.asList(more));
        new CommandLine(parsed).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args.toArray(String[]::new));
        return parsed.options.open(KnownDigests.none());
    }

    private static Map<String, Object> frontEnd(OpenEncoder loaded) {
        return loaded.encoder().describe().input().settings();
    }

    @Test
    void withoutOptionsTheAuthorsValuesCount() throws IOException {
        assertThat(frontEnd(open(asit, "--heads", "3")))
                .containsEntry("mean", -4.2677393)
                .containsEntry("sampleRate", 32_000)
                .containsEntry("frames", 128);
        assertThat(frontEnd(open(eat, "--heads", "3", "--frames", "128")))
                .containsEntry("mean", -4.268)
                .containsEntry("std", 4.569);
    }

    @Test
    void everySettingMakesAnotherKey() throws IOException {
        String[][] variants = {
            {},
            {"--norm-mean", "-4.3"},
            {"--norm-std", "4.6"},
            {"--norm", "bat-esc50"},
            {"--hop", "0.64"},
            {"--front-end", "biofoundation"}
        };
        Map<CacheKey, List<String>> seen = new HashMap<>();
        for (String[] v : variants) {
            List<String> args = new ArrayList<>(List.of("--frames", "128", "--heads", "3"));
            args.addAll(Arrays.asList(v));
            different(seen, open(eat, args.toArray(String[]::new)), args);
        }
        different(seen, open(eat, "--frames", "112", "--heads", "3"), List.of("frames"));
        different(seen, open(eat, "--frames", "128", "--heads", "4"), List.of("heads"));
        different(seen, open(asit, "--heads", "3"), List.of("asit"));
        different(seen, open(asit, "--heads", "3", "--encoder-rate", "16000"), List.of("rate"));
        different(seen, open(beats, "--config", "max_distance=40"), List.of("config 40"));
        different(seen, open(beats, "--config", "max_distance=41"), List.of("config 41"));
        different(
                seen,
                open(beats, "--config", "max_distance=40", "--config", "layer_norm_first=false"),
                List.of("two entries"));
        String port = ModelsGolden.require("tiny/eat/model_hf.safetensors").toString();
        different(seen, open(port, "--frames", "128", "--heads", "3"), List.of("another file"));
    }

    private static void different(Map<CacheKey, List<String>> seen, OpenEncoder loaded, List<String> what) {
        List<String> other = seen.put(loaded.key("hann", DType.F16), what);
        assertThat(other).as(what + " has the same key as " + other).isNull();
        assertThat(loaded.key("hann", DType.F16)).isNotEqualTo(loaded.key("kaiser_best", DType.F16));
    }

    @Test
    void presetsAndFrames() throws IOException {
        assertThat(frontEnd(open(eat, "--heads", "3", "--frames", "128", "--norm", "authors-esc50")))
                .containsEntry("mean", -6.627)
                .containsEntry("frames", 128);
        assertThat(frontEnd(open(eat, "--heads", "3", "--norm", "authors-spc2")))
                .containsEntry("mean", -6.846)
                .containsEntry("frames", 128);
        refused(
                "bat-dcase16' is not for beats but for eat: for it there are bat-speech-commands, bat-esc50,"
                        + " bat-birdset",
                beats,
                "--config",
                "max_distance=40",
                "--norm",
                "bat-dcase16");
        refused("leave out --norm-mean", eat, "--norm", "bat-esc50", "--norm-mean", "1");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused("fixed settings", OpenEncoder.EMBEDDED, "--frames", "512");
        refused("fixed settings", OpenEncoder.EMBEDDED, "--norm", "bat-esc50");
        refused(
                "eat: there is no setting 'max_distance': there are norm-mean, norm-std, heads",
                eat,
                "--heads",
                "3",
                "--frames",
                "128",
                "--config",
                "max_distance=40");
        refused("asit: BioFoundation's front end exists for EAT", asit, "--heads", "3", "--front-end", "biofoundation");
        refused("--hop must be a positive number", eat, "--hop", "0");
        refused("--frames must be at least 1", eat, "--frames", "0");
        refused("norm-std must be a positive number", eat, "--norm-std", "-1");
        refused("norm-mean must be a number", eat, "--norm-mean", "NaN");
        refused("whole number of token rows", eat, "--heads", "3", "--frames", "128", "--hop", "0.5");
    }

    @Test
    void keysAreTheOptionsOfBefore() throws IOException {
        assertThat(open(eat, "--frames", "128", "--encoder-set", "heads=3", "--encoder-set", "norm-std=4.6"))
                .satisfies(byKey -> {
                    OpenEncoder byOption = open(eat, "--frames", "128", "--heads", "3", "--norm-std", "4.6");
                    assertThat(byKey.key("hann", DType.F16)).isEqualTo(byOption.key("hann", DType.F16));
                    assertThat(byKey.options()).isEqualTo(byOption.options());
                });
        assertThat(open(beats, "--encoder-set", "max_distance=40").key("hann", DType.F16))
                .isEqualTo(open(beats, "--config", "max_distance=40").key("hann", DType.F16));
        assertThat(frontEnd(
                        open(eat, "--frames=128", "--encoder-set=heads=3", "--encoder-set=front-end=biofoundation")))
                .isEqualTo(frontEnd(open(eat, "--frames=128", "--heads=3", "--front-end=biofoundation")));
    }

    @Test
    void aWrongKeyOrValueIsNamed() {
        refused("--encoder-set heads=3.5: a whole number from 1 is expected", eat, "--encoder-set", "heads=3.5");
        refused("--encoder-set heads: KEY=VALUE is expected", eat, "--encoder-set", "heads");
        refused("heads must be at least 1, is 0", eat, "--encoder-set", "heads=0");
        refused("norm-std must be a positive number, is -1.0", eat, "--encoder-set", "norm-std=-1");
        refused("--encoder-set norm-mean=x: a number is expected", eat, "--encoder-set", "norm-mean=x");
        refused("front-end=mine: authors or biofoundation is expected", eat, "--encoder-set", "front-end=mine");
        refused(
                "--encoder-set heads=4: it is also given as 3",
                eat,
                "--encoder-set",
                "heads=3",
                "--encoder-set",
                "heads=4");
        refused("heads=4: --heads 3 is given, too", eat, "--heads", "3", "--encoder-set", "heads=4");
        refused(
                "beats: there is no setting 'tokens': there are norm-mean, norm-std, heads, encoder-rate, front-end,",
                beats,
                "--encoder-set",
                "tokens=features.10");
    }

    private static void refused(String message, String file, String... more) {
        assertThatThrownBy(() -> open(file, more))
                .satisfies(e -> assertThat(Failure.of(e)).isEqualTo(new Failure(ExitCode.USAGE, e.getMessage(), false)))
                .hasMessageContaining(message);
    }

    @Test
    void theRecordOfARunHasThemAll() throws IOException {
        Path out = folder.resolve("f.npy");
        Ran.ok(
                "features -q --encoder {} --config max_distance=40 --norm bat-birdset --audio {} --out {}",
                beats,
                ModelsGolden.require("wav/mix1p2s_16k.wav"),
                out);
        var settings = Json.read(folder.resolve("f.npy.run.json")).at("/results/encoderSettings");
        assertThat(settings.get("model").asText()).isEqualTo("beats");
        assertThat(settings.at("/config/max_distance").asText()).isEqualTo("40");
        assertThat(settings.get("norm").asText()).isEqualTo("bat-birdset");
        assertThat(settings.at("/frontEnd/mean").asDouble()).isEqualTo(11.82694931);
        assertThat(settings.at("/frontEnd/hopSeconds").asDouble()).isPositive();
    }
}
