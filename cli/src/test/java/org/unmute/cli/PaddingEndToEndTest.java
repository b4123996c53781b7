package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.data.provenance.Json;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;

/** Recordings of one second in windows of three, so that most tokens represent padding. */
class PaddingEndToEndTest {
    private static final int TRAIN = 8;
    private static final int TEST = 3;

    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path cache;
    /** A cache in the older format, which does not record the rows of padding. */
    private static Path before;

    private static Path labels;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        Path recordings = TinyEncoder.recordings(folder, TRAIN, TEST);
        cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", cache);
        before = Files.createDirectory(folder.resolve("before"));
        try (TokenCache tokens = TokenCache.open(cache);
                TokenCacheWriter writer = TokenCacheWriter.open(before, tokens.key(), CacheOptions.DEFAULT)) {
            for (CachedClip clip : tokens.clips()) {
                assertThat(clip.isSoundKnown()).isTrue();
                assertThat(clip.sound()).isEqualTo(13).isLessThan(clip.time());
                TokenMap m = tokens.read(clip.id());
                writer.append(
                        clip.id(),
                        clip.audioSha256(),
                        new Features(new TokenMap(m.time(), m.freq(), m.dim(), m.tokens(), m.cls())));
            }
        }
        StringBuilder text = new StringBuilder("file,labels,split\n");
        for (int i = 0; i < TRAIN + TEST; i++) {
            text.append(String.format(
                    Locale.ROOT,
                    i < TRAIN ? "train/%06d.wav,%s,train%n" : "test/%06d.wav,%s,test%n",
                    i < TRAIN ? i : i - TRAIN,
                    i % 2 == 0 ? "bee" : "crow"));
        }
        labels = Files.writeString(folder.resolve("labels.csv"), text);
    }

    private static Ran probe(Path from, Path out, Object... more) {
        Object[] args = Ran.line(
                "probe --probe mhca --cache {} --labels {} --recipe paper --epochs 2 --thresholds none --out " + "{}",
                from,
                labels,
                out);
        return Ran.ok(Ran.with(args, more));
    }

    private static Path file(Path run) {
        return run.resolve("probe-seed0.safetensors");
    }

    private static String padding(Path run) throws IOException {
        JsonNode record = Json.read(run.resolve("run.json"));
        return record.at("/results/padding").asText();
    }

    /** Trains a probe with the library; returns the bytes of its file. */
    private static Path trained(TokenSource source, TokenCache tokens, Path out) throws IOException {
        float[] targets = new float[TRAIN * 2];
        for (int i = 0; i < TRAIN; i++) {
            targets[2 * i + i % 2] = 1;
        }
        Probe probe = Probes.create(Backends.current(), "mhca", source.layout(), 2, ProbeOptions.DEFAULTS, 0);
        ProbeTrainer.train(
                        probe,
                        new TokenSet(source, targets, 2),
                        TrainingSettings.paper("mhca").withEpochs(2))
                .trained(
                        probe,
                        List.of("bee", "crow"),
                        source.grid().cls(),
                        Objective.ASL,
                        tokens.key().encoderHash(),
                        tokens.key().frontEndHash())
                .save(out);
        return out;
    }

    @Test
    void paddingIsLeftOutUnlessItIsKept() throws IOException {
        Path run = folder.resolve("run");
        Path kept = folder.resolve("kept");
        assertThat(probe(cache, run).err()).doesNotContain("padding counts as sound");
        assertThat(probe(cache, kept, "--keep-padding").err()).doesNotContain("padding");
        assertThat(padding(run)).isEqualTo("left out");
        assertThat(padding(kept)).isEqualTo("as sound");
        try (SafetensorsFile left = SafetensorsFile.open(file(run));
                SafetensorsFile as = SafetensorsFile.open(file(kept))) {
            assertThat(left.metadata()).containsEntry("padding", "left out");
            assertThat(as.metadata()).doesNotContainKey("padding");
        }
        try (TokenCache tokens = TokenCache.open(cache)) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < TRAIN; i++) {
                ids.add(String.format(Locale.ROOT, "train/%06d.wav", i));
            }
            TokenSource source = TokenSource.of(tokens, ids);
            assertThat(file(kept)).hasSameBinaryContentAs(trained(source, tokens, folder.resolve("library-kept")));
            assertThat(file(run))
                    .hasSameBinaryContentAs(trained(source.soundOnly(), tokens, folder.resolve("library")));
        }
        assertThat(TrainedProbe.open(file(run))
                        .probe()
                        .parameters()
                        .get("fc.weight")
                        .toFloats())
                .isNotEqualTo(TrainedProbe.open(file(kept))
                        .probe()
                        .parameters()
                        .get("fc.weight")
                        .toFloats());
    }

    /** A cache that does not record padding is used as in earlier versions, and the command says what to do. */
    @Test
    void aCacheThatDoesNotKnowIsUsedAsBefore() throws IOException {
        Path run = folder.resolve("run-before");
        Path kept = folder.resolve("kept-before");
        assertThat(probe(before, run).err())
                .contains(
                        "padding counts as sound: the token cache is of an earlier version and does not say of " + TRAIN
                                + " of " + TRAIN
                                + " clips where their sound ends: embed them into a new folder to leave padding out");
        assertThat(padding(run)).isEqualTo("as sound");
        assertThat(probe(before, kept, "--keep-padding").err()).doesNotContain("padding");
        assertThat(file(run)).hasSameBinaryContentAs(file(kept));
        Path now = folder.resolve("kept-now");
        probe(cache, now, "--keep-padding");
        assertThat(file(now)).hasSameBinaryContentAs(file(kept));
    }

    @Test
    void commandsFollowTheProbe() throws IOException {
        Path run = folder.resolve("run-scored");
        probe(cache, run);
        TrainedProbe probe = TrainedProbe.open(file(run));
        assertThat(probe.soundOnly()).isTrue();
        Path csv = folder.resolve("scores.csv");
        Ran.ok(
                "tag -q --encoder {} --probe {} --audio {} --scores {}",
                encoder,
                file(run),
                folder.resolve("recordings/test"),
                csv);
        Encoder opened = Encoders.open(encoder);
        TrainedProbe asSound = probe.withSoundOnly(false);
        List<String> lines = Files.readAllLines(csv);
        for (int i = 0; i < TEST; i++) {
            TokenMap map =
                    opened.encode(Wav.read(folder.resolve(String.format(Locale.ROOT, "recordings/test/%06d.wav", i))));
            float[] expected = asSound.rawScores(map.rows(0, 13));
            assertThat(expected).isNotEqualTo(asSound.rawScores(map));
            String[] cells = lines.get(i + 1).split(",");
            assertThat(new float[] {Float.parseFloat(cells[1]), Float.parseFloat(cells[2])})
                    .isEqualTo(expected);
        }
        Ran now = eval(run, cache);
        assertThat(now.err()).doesNotContain("padding");
        assertThat(eval(run, before).err())
                .contains("does not say of " + TEST + " of " + TEST + " clips where their sound ends");
        Path kept = folder.resolve("kept-scored");
        probe(cache, kept, "--keep-padding");
        assertThat(eval(kept, before).err()).doesNotContain("padding");
    }

    /** Explanations show only tokens that count, each with its place. */
    @Test
    void nothingIsExplainedByPadding() throws IOException {
        Path run = folder.resolve("run-explained");
        Path kept = folder.resolve("kept-explained");
        probe(cache, run);
        probe(cache, kept, "--keep-padding");
        JsonNode sound = explained(run).at("/classes/0/terms");
        JsonNode all = explained(kept).at("/classes/0/terms");
        assertThat(sound).isNotEmpty().noneMatch(term -> term.get("padding").asBoolean());
        assertThat(all).anyMatch(term -> term.get("padding").asBoolean());
        assertThat(all.size()).isEqualTo(sound.size() * 37 / 13);
        assertThat(page(run)).doesNotContain("stand for silence").contains("Attention of the class token");
        assertThat(page(kept)).contains("stand for silence");
    }

    private static Object[] explaining(Path run, Object... more) {
        Object[] args = Ran.line(
                "explain -q --probe {} --encoder {} --audio {} --top {}",
                run,
                encoder,
                folder.resolve("recordings/test/000001.wav"),
                10_000);
        return Ran.with(args, more);
    }

    private static JsonNode explained(Path run) throws IOException {
        return Ran.ok(explaining(run, "--class", "bee", "--json")).json();
    }

    private static String page(Path run) throws IOException {
        Path out = folder.resolve("page-" + run.getFileName());
        Ran.ok(explaining(run, "--out", out));
        try (var files = Files.list(out)) {
            return Files.readString(files.filter(f -> f.toString().endsWith(".html"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    private static Ran eval(Path run, Path from) {
        return Ran.ok("eval", "--probe", run, "--cache", from, "--labels", labels, "--bootstrap", 10);
    }
}
