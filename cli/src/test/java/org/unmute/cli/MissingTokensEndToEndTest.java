package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.cache.files.FileManifest;

/** Commands that read tokens refuse a cache that has lost some of them, unless told to continue. */
class MissingTokensEndToEndTest {
    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path recordings;
    private static Path embedded;

    private Path cache;

    @BeforeAll
    static void embed() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        recordings = TinyEncoder.recordings(folder, 12, 4);
        embedded = folder.resolve("embedded");
        Ran.ok("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", embedded);
    }

    /** Copies a cache into several shards, as a large cache has. */
    private static void divide(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (TokenCache whole = TokenCache.open(from);
                TokenCacheWriter writer = TokenCacheWriter.open(
                        to, whole.key(), new CacheOptions(whole.bytes() / 4, 64, 1 << 20, true))) {
            for (CachedClip clip : whole.clips()) {
                writer.append(clip.id(), clip.audioSha256(), whole.readFeatures(clip.id()));
            }
        }
        Files.copy(from.resolve("run.json"), to.resolve("run.json"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static List<Path> shards(Path cache) throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(file -> file.toString().endsWith(".tok"))
                    .sorted()
                    .toList();
        }
    }

    /** Writes a manifest as a Spark job does. */
    private static void state(Path cache) throws IOException {
        List<FileManifest.Entry> entries = new ArrayList<>();
        for (Path file : shards(cache)) {
            entries.add(new FileManifest.Entry(file.getFileName().toString(), Files.size(file), Sha256.of(file)));
        }
        Files.write(cache.resolve(FileManifest.FILE), new FileManifest(entries).encode());
    }

    private static int clips(Path shard) throws IOException {
        try (TokenCache cache = TokenCache.open(shard.getParent())) {
            return (int) cache.clips().stream()
                    .filter(clip -> clip.shard().equals(shard.getFileName().toString()))
                    .count();
        }
    }

    @BeforeEach
    void divided(@TempDir Path own) throws IOException {
        cache = own.resolve("cache");
        divide(embedded, cache);
        assertThat(shards(cache)).hasSizeGreaterThan(2);
    }

    private Object[] probe(Path out) {
        return Ran.line(
                "probe --probe linear-mean --epochs 1 --cache {} --labels {} --out {}",
                cache,
                recordings.resolve("manifest.csv"),
                out);
    }

    private Object[] eval(Path run) {
        return Ran.line(
                "eval --probe {} --cache {} --labels {} --split all --bootstrap 0",
                run,
                cache,
                recordings.resolve("manifest.csv"));
    }

    @Test
    void shardsThatTheManifestNamesAreNotLeftOutSilently(@TempDir Path out) throws IOException {
        state(cache);
        Ran.ok(probe(out.resolve("whole")));
        Path lost = shards(cache).get(1);
        int clips = clips(lost);
        Path cut = shards(cache).get(2);
        clips += clips(cut);
        Files.delete(lost);
        Files.write(cut, new byte[10]);
        String lacks = "lacks 2 shards with " + clips + " clips (" + lost.getFileName() + " is missing";
        for (Object[] line : List.of(probe(out.resolve("run")), eval(out.resolve("whole")))) {
            Ran.unmute(line).fails(ExitCode.INPUT, lacks, cut.getFileName() + " has 10 bytes", "--allow-missing");
            Ran.unmute(Ran.with(line, "--allow-missing")).fails(ExitCode.OK, lacks, "left out");
        }
    }

    @Test
    void clipsThatTheRecordCountsAreNotLeftOutSilently(@TempDir Path out) throws IOException {
        Ran.ok(probe(out.resolve("whole")));
        Path lost = shards(cache).getLast();
        int clips = clips(lost);
        Files.delete(lost);
        String lacks = "holds " + (16 - clips) + " clips, where run.json says 16: " + clips + " are missing";
        for (Object[] line : List.of(probe(out.resolve("run")), eval(out.resolve("whole")))) {
            Ran.unmute(line).fails(ExitCode.INPUT, lacks);
            Ran.ok(Ran.with(line, "--allow-missing"));
        }
    }

    /** A benchmark completes its own cache, but uses that of a job as it is and does not add to it. */
    @Test
    void aBenchmarkIsNotRunOnFewerClipsSilently(@TempDir Path run) throws IOException {
        BenchmarkFixture.scenes(run, "many", false, 10, 5);
        BenchmarkFixture.scenes(run, "one", true, 10, 5);
        Files.copy(encoder, run.resolve(encoder.getFileName()));
        Path grid = BenchmarkFixture.grid(
                run,
                "grid.toml",
                run.resolve(encoder.getFileName()),
                "epochs = 1\nbatch = 16\nsobol = 1\ntpe = 0\ntop = 1\nseeds = [0]",
                "name = \"linear-mean\"");
        Path caches = run.resolve("caches");
        Object[] first = {"benchmark", grid, "--only", "tiny/many", "--cache", caches, "--out", run.resolve("a")};
        Object[] second = {"benchmark", grid, "--only", "tiny/many", "--cache", caches, "--out", run.resolve("b")};
        Ran.ok(first);
        Path tokens = caches.resolve("tiny/many");
        Files.delete(shards(tokens).getFirst());
        Ran.ok(second);
        assertThat(BenchmarkFixture.results(run.resolve("b"))).isEqualTo(BenchmarkFixture.results(run.resolve("a")));

        Path whole = Files.move(tokens, run.resolve("whole"));
        divide(whole, tokens);
        state(tokens);
        Object[] third = {"benchmark", grid, "--only", "tiny/many", "--cache", caches, "--out", run.resolve("c")};
        byte[] record = Files.readAllBytes(tokens.resolve("run.json"));
        Ran.ok(third);
        assertThat(tokens.resolve("run.json")).hasBinaryContent(record);
        Files.delete(shards(tokens).get(1));
        Object[] fourth = {"benchmark", grid, "--only", "tiny/many", "--cache", caches, "--out", run.resolve("d")};
        Ran.unmute(fourth).fails(ExitCode.INPUT, "lacks 1 shard with", "--allow-missing");
        Ran.unmute(Ran.with(fourth, "--allow-missing")).fails(ExitCode.OK, "lacks 1 shard with");
    }
}
