package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** {@code embed} on a realistic folder that also has files which are not recordings. */
class EmbedEndToEndTest {
    private static final int GOOD = 5;
    /** Text that the reason for skipping must contain, by clip. */
    private static final Map<String, String> BAD = new LinkedHashMap<>();

    @TempDir
    static Path folder;

    private static Path recordings;
    private static Path encoder;

    private Path cache;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        recordings = TinyEncoder.recordings(folder, GOOD - 1, 0);
        try (InputStream flac = EmbedEndToEndTest.class.getResourceAsStream("/audio/whistle.flac")) {
            Files.copy(flac, recordings.resolve("whistle.flac"));
        }
        Path bad = Files.createDirectory(recordings.resolve("bad"));
        Files.createFile(bad.resolve("empty.wav"));
        byte[] whole = Files.readAllBytes(recordings.resolve("whistle.flac"));
        Files.write(bad.resolve("half.flac"), Arrays.copyOf(whole, whole.length / 2));
        Wav.write(bad.resolve("short.wav"), new float[100], 16_000);
        Files.writeString(bad.resolve("text.wav"), "not a recording, but a text that bears the name of one");
        BAD.put("bad/empty.wav", "empty");
        BAD.put("bad/half.flac", "half.flac");
        BAD.put("bad/short.wav", "100");
        BAD.put("bad/text.wav", "text.wav");
    }

    @BeforeEach
    void name(TestInfo test) {
        cache = folder.resolve(test.getTestMethod().orElseThrow().getName());
    }

    private Ran embed(Object... more) {
        Object[] args = {"embed", "--encoder", encoder, "--audio", recordings, "--out", cache};
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Ran.unmute(all);
    }

    @Test
    void unusableRecordingsAreNamedCountedAndSkipped() throws IOException {
        Ran ran = embed().endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains(GOOD + " clips (" + GOOD + " embedded now, 0 already there), " + BAD.size() + " skipped");
        JsonNode skipped = Json.read(cache.resolve("run.json")).at("/results/skipped");
        Map<String, String> reasons = new LinkedHashMap<>();
        skipped.forEach(s -> reasons.put(s.get("clip").asText(), s.get("reason").asText()));
        assertThat(reasons.keySet()).isEqualTo(BAD.keySet());
        BAD.forEach((clip, word) -> {
            assertThat(reasons.get(clip)).as(clip).contains(word);
            assertThat(ran.out()).contains("skipped " + clip + ": " + reasons.get(clip));
        });
        try (TokenCache tokens = TokenCache.open(cache)) {
            assertThat(tokens.verify()).isEmpty();
            assertThat(tokens.clips())
                    .extracting(CachedClip::id)
                    .contains("whistle.flac", "train/000003.wav")
                    .hasSize(GOOD);
        }
    }

    @Test
    void aStrictRunStopsAndNamesTheRecording() {
        Ran ran = embed("--strict").endsWith(ExitCode.INPUT);
        assertThat(ran.err()).contains("clip 'bad/empty.wav' cannot be used").contains("--strict");
    }

    @Test
    void aDryRunStatesTheSizeAndWritesNothing() throws IOException {
        Ran ran = embed("--dry-run").endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains((GOOD + BAD.size()) + " recordings, ", " of sound, about ")
                .contains("KiB", "nothing was written");
        assertThat(cache).doesNotExist();
        long planned = embed("--dry-run", "--json")
                .endsWith(ExitCode.OK)
                .json()
                .get("expectedBytes")
                .asLong();
        embed("-q").endsWith(ExitCode.OK);
        long perClip = Files.size(cache.resolve("shard-00000.tok")) / GOOD;
        assertThat(planned / (GOOD + BAD.size())).isBetween(perClip / 2, perClip * 2);
    }

    @Test
    void asJson() {
        JsonNode json = embed("--json").endsWith(ExitCode.OK).json();
        assertThat(json.get("clips").asInt()).isEqualTo(GOOD);
        assertThat(json.get("skipped").asInt()).isEqualTo(BAD.size());
        assertThat(json.get("skippedClips")).hasSize(BAD.size());
        assertThat(json.get("repaired")).isEmpty();
    }

    @Test
    void aSecondRunEmbedsNothing() throws IOException {
        embed("-q").endsWith(ExitCode.OK);
        byte[] before = Files.readAllBytes(cache.resolve("shard-00000.tok"));
        Ran again = embed().endsWith(ExitCode.OK);
        assertThat(again.out()).contains("(0 embedded now, " + GOOD + " already there)");
        assertThat(Files.readAllBytes(cache.resolve("shard-00000.tok"))).isEqualTo(before);
    }

    @Test
    void tokensOfTwoEncodersDoNotMix() throws IOException {
        embed("-q").endsWith(ExitCode.OK);
        byte[] before = Files.readAllBytes(cache.resolve("shard-00000.tok"));
        Path other = TinyEncoder.write(folder, 24);
        Ran mixed = Ran.unmute("embed", "-q", "--encoder", other, "--audio", recordings, "--out", cache)
                .endsWith(ExitCode.INPUT);
        assertThat(mixed.err()).contains("small-vit: ViT 16 x 1").contains("small-vit: ViT 24 x 1");
        assertThat(Files.readAllBytes(cache.resolve("shard-00000.tok"))).isEqualTo(before);
    }

    @Test
    void aDamagedShardIsNamedAndRepaired() throws IOException {
        embed("-q").endsWith(ExitCode.OK);
        Path shard = cache.resolve("shard-00000.tok");
        Map<String, float[]> before = tokens();
        byte[] bytes = Files.readAllBytes(shard);
        bytes[bytes.length / 2] ^= 1;
        Files.write(shard, bytes);
        Path labels = Files.writeString(
                folder.resolve("damaged.csv"),
                "file,label\n"
                        + "whistle.flac,a\n"
                        + "train/000000.wav,b\n"
                        + "train/000001.wav,a\n"
                        + "train/000002.wav,b\n"
                        + "train/000003.wav,a\n");
        Ran probe = Ran.unmute(
                        "probe -q --probe linear --cache {} --labels {} --epochs 1 --out {}",
                        cache,
                        labels,
                        folder.resolve("damaged-run"))
                .endsWith(ExitCode.INPUT);
        assertThat(probe.err())
                .contains("shard-00000.tok, record 2", ", clip 'train/")
                .containsIgnoringCase("embed");
        Ran repaired = embed("-q").endsWith(ExitCode.OK);
        assertThat(repaired.out())
                .contains("(1 embedded now, " + (GOOD - 1) + " already there)")
                .contains("repaired shard-00000.tok, record 2 at byte", "clip 'train/");
        assertThat(Json.read(cache.resolve("run.json")).at("/results/repaired")).hasSize(1);
        Map<String, float[]> after = tokens();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        before.forEach((clip, values) -> assertThat(after.get(clip)).as(clip).isEqualTo(values));
    }

    private Map<String, float[]> tokens() throws IOException {
        Map<String, float[]> all = new HashMap<>();
        try (TokenCache tokens = TokenCache.open(cache)) {
            assertThat(tokens.verify()).isEmpty();
            for (CachedClip c : tokens.clips()) {
                all.put(c.id(), tokens.read(c.id()).tokens());
            }
        }
        return all;
    }

    /** Phones record .m4a, and macOS writes ._ files next to others: these are named, counted and skipped. */
    @Test
    void soundThatIsNotReadIsNamedWithTheCommandThatConvertsIt() throws IOException {
        Path phone = Files.createDirectory(folder.resolve("phone"));
        Wav.write(phone.resolve("a.wav"), new float[16_000], 16_000);
        for (String other : new String[] {"b.m4a", "c.m4a", "._a.wav", "notes.txt"}) {
            Files.writeString(phone.resolve(other), "x");
        }
        Ran ran = Ran.ok("embed", "--encoder", encoder, "--audio", phone, "--out", cache);
        assertThat(ran.err().lines())
                .containsOnlyOnce(
                        "2 .m4a files are left out, MPEG-4 audio is not read: convert each like this: ffmpeg -i " + '"'
                                + phone.resolve("b.m4a") + "\" \"" + phone.resolve("b.flac") + '"');
        JsonNode others = Json.read(cache.resolve("run.json")).at("/results/otherFiles");
        assertThat(others.at("/unread/0/files").asInt()).isEqualTo(2);
        assertThat(others.path("hidden").asInt()).isEqualTo(1);
        assertThat(others.path("notSound").asInt()).isEqualTo(1);
    }

    /** A link to a folder above it used to end the command. */
    @Test
    void aLoopOfLinksIsSaidAndDoesNotEndTheRun() throws IOException {
        Path linked = Files.createDirectories(folder.resolve("linked/day"));
        Wav.write(linked.resolve("a.wav"), new float[16_000], 16_000);
        Files.createSymbolicLink(linked.resolve("again"), linked.getParent());
        Path elsewhere = folder.resolve("elsewhere.wav");
        Wav.write(elsewhere, new float[16_000], 16_000);
        Files.createSymbolicLink(linked.resolve("b.wav"), elsewhere);
        Path out = folder.resolve("cache-of-links");
        Ran ran = Ran.ok("embed", "--encoder", encoder, "--audio", linked.getParent(), "--out", out);
        assertThat(ran.out()).contains("2 clips (2 embedded now");
        assertThat(ran.err().lines())
                .containsOnlyOnce(
                        "1 link leads round in a circle, which was gone through once: day/again",
                        "1 recording is a link to a file outside of the folder, read like the others: day/b.wav");
        JsonNode links = Json.read(out.resolve("run.json")).at("/results/otherFiles/links");
        assertThat(links.at("/loops/first/0").asText()).isEqualTo("day/again");
        assertThat(links.at("/outside/count").asInt()).isEqualTo(1);
    }
}
