package org.unmute.cli.scene;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.option.SparseOptions;
import org.unmute.data.ClipList;
import org.unmute.data.Part;
import org.unmute.data.scene.BackgroundFile;
import org.unmute.data.scene.BackgroundKind;
import org.unmute.data.scene.BackgroundPool;
import org.unmute.data.scene.Foreground;
import org.unmute.data.scene.PartShares;
import org.unmute.data.scene.SceneMixer.SourceClip;
import org.unmute.data.scene.SparseScenes;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.AudioClip;

/**
 * The sources and backgrounds of sparse hours. All of them are read once before anything is synthesized. Of recordings
 * with the same bytes only the first is used, so that no sound gets into two splits under two names.
 */
public final class SparseMaterial {
    private final Map<String, String> hashes = new TreeMap<>();
    private final Map<String, String> idOfHash = new HashMap<>();
    private final Map<String, String> skipped = new TreeMap<>();
    private final List<String> remarks = new ArrayList<>();

    /**
     * Reads all sources, and leaves out duplicates.
     *
     * @param partOf the part of each fold; empty to distribute sources according to {@code shares}
     * @throws CommandException if a source is silent or not finite; the message names it
     * @throws IllegalArgumentException if a class has too few sources
     * @throws IOException if a source cannot be read
     */
    public Foreground foreground(SourceFiles files, Map<String, Part> partOf, PartShares shares, long seed)
            throws IOException {
        List<SourceClip> used = new ArrayList<>();
        for (SourceClip clip : files.clips()) {
            Path path = files.paths().get(clip.id());
            String hash = Sha256.of(path);
            if (!isNew(clip.id(), hash)) {
                continue;
            }
            float peak = 0;
            for (float v : clip.samples().read()) {
                peak = Float.isFinite(v) ? Math.max(peak, Math.abs(v)) : Float.NaN;
                if (Float.isNaN(peak)) {
                    break;
                }
            }
            if (!(peak > 0)) {
                throw CommandException.input(path + ": the recording is empty, silent or has samples"
                        + " that are not finite: leave it out of the sources");
            }
            hashes.put(clip.id(), hash);
            used.add(clip);
        }
        return partOf.isEmpty()
                ? Foreground.dealt(used, shares, seed)
                : Foreground.assigned(used, clip -> partOf.get(clip.fold()), shares.parts());
    }

    /**
     * Reads backgrounds, and leaves out those that cannot be read.
     *
     * @param remark receives oddities of files that are used
     * @throws CommandException if none can be used
     */
    public BackgroundPool background(
            SparseOptions options,
            SparseScenes.Options made,
            Foreground foreground,
            long seed,
            BiConsumer<Path, String> remark)
            throws IOException {
        List<BackgroundKind> kinds = options.kinds(foreground.labels(), remarks);
        if (kinds.isEmpty() && options.background().isEmpty()) {
            throw new IllegalArgumentException("background: all kinds of noise sound like one of the classes "
                    + foreground.labels() + ": choose with --background-kinds or --background");
        }
        Map<String, Path> files = new LinkedHashMap<>();
        for (Path given : options.background()) {
            if (Files.exists(given) && !Files.isDirectory(given) && !ClipList.isAudio(given)) {
                throw CommandException.input("--background: neither a folder nor a recording: " + given);
            }
            String before = options.background().size() == 1 ? "" : given + "/";
            for (AudioClip clip : ClipList.of(given, null).clips()) {
                String id = Files.isDirectory(given) || before.isEmpty() ? before + clip.id() : given.toString();
                files.putIfAbsent(id.replace(';', '_'), clip.path());
            }
        }
        List<BackgroundFile> read = new ArrayList<>();
        for (Map.Entry<String, Path> one : files.entrySet()) {
            Path path = one.getValue();
            try {
                BackgroundFile file =
                        BackgroundFile.scan(one.getKey(), path, made.rate(), warning -> remark.accept(path, warning));
                if (isNew(file.id(), file.sha256())) {
                    hashes.put(file.id(), file.sha256());
                    read.add(file);
                }
            } catch (IOException e) {
                skipped.put(one.getKey(), Failure.of(e).message());
            }
        }
        if (!files.isEmpty() && read.isEmpty()) {
            Map.Entry<String, String> first = skipped.entrySet().iterator().next();
            throw CommandException.input("--background: none of " + files.size()
                    + " recordings can be used: the first, " + first.getKey() + ": " + first.getValue());
        }
        BackgroundPool pool =
                new BackgroundPool(read, kinds, options.shares(), made.shortestBackground(), made.rate(), seed);
        skipped.putAll(pool.leftOut());
        return pool;
    }

    private boolean isNew(String id, String hash) {
        String other = idOfHash.putIfAbsent(hash, id);
        if (other != null) {
            skipped.put(id, "the same bytes as " + other);
        }
        return other == null;
    }

    /** Recordings that are not used, by id, with the reasons. */
    public Map<String, String> skipped() {
        return skipped;
    }

    /** Further remarks for the user. */
    public List<String> remarks() {
        return remarks;
    }

    /**
     * The material of a split, for the record of the run.
     *
     * @param seeds seeds of the recordings
     */
    public Map<String, Object> split(Part part, Foreground foreground, BackgroundPool background, List<String> seeds) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("sources", withHashes(foreground.sources(part)));
        List<Map<String, Object>> stretches = new ArrayList<>();
        for (BackgroundPool.Stretch stretch : background.stretches(part)) {
            Map<String, Object> one = new LinkedHashMap<>();
            double rate = stretch.file().rate();
            one.put("file", stretch.file().id());
            one.put("start", stretch.from() / rate);
            one.put("end", stretch.to() / rate);
            one.put("sha256", stretch.file().sha256());
            stretches.add(one);
        }
        document.put("background", stretches);
        document.put(
                "backgroundKinds",
                background.kinds().stream().map(BackgroundKind::label).toList());
        document.put("recordingSeeds", seeds);
        return document;
    }

    private Map<String, String> withHashes(List<String> ids) {
        Map<String, String> found = new LinkedHashMap<>();
        ids.forEach(id -> found.put(id, hashes.get(id)));
        return found;
    }

    /** The part that each fold belongs to. */
    public static Map<String, Part> parts(Map<Part, List<String>> folds, PartShares shares) {
        Map<String, Part> partOf = new HashMap<>();
        folds.forEach((part, of) -> {
            if (!shares.parts().contains(part)) {
                throw new IllegalArgumentException("--" + part.label() + "-folds are given, but --split has no "
                        + part.label() + ": name it there");
            }
            for (String fold : of) {
                Part other = partOf.putIfAbsent(fold, part);
                if (other != null && other != part) {
                    throw new IllegalArgumentException("fold " + fold + " is named for both " + other.label() + " and "
                            + part.label() + ": give each fold to one side");
                }
            }
        });
        for (Part part : shares.parts()) {
            if (!partOf.isEmpty() && !partOf.containsValue(part)) {
                throw new IllegalArgumentException("no folds are given for " + part.label() + ": give --" + part.label()
                        + "-folds, or none at all to divide the sources by their shares");
            }
        }
        return partOf;
    }
}
