package org.unmute.benchmark.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.probes.cache.CacheCheck;
import org.unmute.probes.cache.Damage;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.TokenCacheException;
import org.unmute.probes.cache.TokenCacheWriter;

/** Checks a token cache. */
final class CacheFolder {
    /** Names of shards and of their tables of contents, also of unfinished and unusable ones. */
    static final Pattern FILE = Pattern.compile("shard-\\d{5,9}(-[0-9A-Za-z.-]+)?\\.(tok(\\.rebuild|\\.damaged)?|toc)");

    /** Option with which a benchmark accepts a cache as complete. */
    static final String COMPLETE = "complete.json";

    private static final List<String> BESIDE = List.of(TokenCacheWriter.LOCK, COMPLETE);

    private CacheFolder() {}

    /** Whether a folder is one of a cache, even if its shards are gone or not begun. */
    static boolean isOne(FolderCheck.Listing all, StatedCommand run) {
        return all.hasAny(FILE)
                || BESIDE.stream().anyMatch(all::has)
                || run != null && run.name().equals("embed");
    }

    /**
     * Checks all shards.
     *
     * @param run the record of the embedding, or null
     * @param finished whether a manifest says that the cache is finished: then it cannot end early
     * @return what the cache holds, in words
     */
    static String check(
            FolderCheck.Listing all, StatedCommand run, boolean finished, FolderCheck.Scope scope, Findings findings)
            throws IOException {
        Findings.Item item = scope.item();
        for (Path file : all.files()) {
            if (file.toString().endsWith(".rebuild")) {
                item.add(
                        Finding.Kind.LEFT_OVER,
                        file,
                        "a shard that was being rebuilt when a process was killed",
                        "nothing: the next 'unmute embed' on this folder deletes it");
                findings.done(file);
            } else if (file.toString().endsWith(".damaged")) {
                item.add(
                        Finding.Kind.LEFT_OVER,
                        file,
                        "a shard without an intact record, which was set aside",
                        "delete it: its clips were embedded again");
                findings.done(file);
            }
        }
        String again = (all.has(COMPLETE) ? "delete " + all.folder().resolve(COMPLETE) + ", then " : "")
                + (scope.command() == null ? "run the same 'unmute embed' command again" : "run: " + scope.command());
        ManifestFiles.Result named = ManifestFiles.check(all, FILE, scope);
        if (!named.intact()) {
            return "";
        }
        for (Path file : all.files()) {
            if (named.unnamed().contains(file)) {
                findings.done(file);
            } else if (isContents(file)) {
                contents(file, all, item);
                findings.done(file);
            }
        }
        CacheCheck found = CacheCheck.of(all.folder(), findings::done);
        for (Damage damage : found.damage()) {
            Path shard = all.folder().resolve(damage.shard());
            // Jobs write a table beside a shard that is finished, and make no part of a shard again.
            boolean ofJob = all.has(ShardContents.nameFor(damage.shard()));
            boolean torn = damage.kind() == Damage.Kind.TORN_TAIL && !ofJob && !finished;
            item.add(
                    torn ? Finding.Kind.UNFINISHED : Finding.Kind.DAMAGED,
                    shard,
                    about(damage),
                    ofJob
                            ? scope.remedy(shard)
                            : again + (torn ? ", which goes on there" : ", which embeds these clips again"));
        }
        if (!all.has(RunRecord.FILE) && scope.command() == null && !finished) {
            item.add(
                    Finding.Kind.UNFINISHED,
                    all.folder(),
                    "there is no " + RunRecord.FILE + ": the embedding was interrupted, is still going on, or another"
                            + " program filled the cache",
                    again + ", which resumes where it stopped");
        } else if (run != null) {
            int stated = run.results().path("embedded").asInt()
                    + run.results().path("alreadyPresent").asInt();
            if (found.clips() < stated && found.damage().isEmpty()) {
                item.add(
                        Finding.Kind.DAMAGED,
                        all.folder(),
                        "it holds " + Units.count(found.clips(), "clip") + ", " + RunRecord.FILE + " says " + stated
                                + ": a shard is missing or was cut",
                        again + ", which embeds the missing clips");
            }
        }
        return Units.count(found.clips(), "clip") + ", " + Units.bytes(found.bytes());
    }

    private static boolean isContents(Path file) {
        String name = file.getFileName().toString();
        return FILE.matcher(name).matches() && name.endsWith(".toc");
    }

    /** A table of contents follows from its shard. */
    private static void contents(Path file, FolderCheck.Listing all, Findings.Item item) throws IOException {
        Path shard = file.resolveSibling(file.getFileName().toString().replaceFirst("toc$", "tok"));
        try {
            if (!all.files().contains(shard)) {
                item.add(Finding.Kind.LEFT_OVER, file, "its shard is not there", "delete it");
            } else if (!Arrays.equals(ShardContents.of(shard), Files.readAllBytes(file))) {
                item.add(
                        Finding.Kind.DAMAGED,
                        file,
                        "it is not the table of contents of its shard",
                        "delete it: the shard is then gone through when it is opened");
            }
        } catch (TokenCacheException e) {
            // The shard is damaged, which is found in a moment.
        }
    }

    private static String about(Damage d) {
        return (d.record() < 0 ? "header" : "record " + d.record()) + " at byte " + d.offset()
                + d.clip().map(c -> ", clip '" + c + "'").orElse("") + ": " + d.reason();
    }
}
