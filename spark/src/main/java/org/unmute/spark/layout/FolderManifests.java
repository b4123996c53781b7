package org.unmute.spark.layout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.InputException;
import org.unmute.files.MalformedFileException;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.input.Digests;
import org.unmute.spark.table.TableForms;

/**
 * Ensures that each folder of a job has a manifest. If it was lost, or the folder was written by an earlier version,
 * the new manifest names the files that exist and can be read; other files that should exist are found by comparing
 * index, tokens and events.
 */
final class FolderManifests {
    /** The order of work: which part of the events counts depends on the index. */
    private static final List<String> ORDER = List.of(JobFolder.INDEX, JobFolder.EVENTS, JobFolder.TOKENS);

    private static final String SHARD = ".tok";
    private static final Pattern ON_A_DISK = Pattern.compile("(shard|part)-\\d{5,9}\\.(tok|parquet)");

    private final JobStore store;
    private final IndexParts index;
    private final Digests digests;
    private final List<String> remarks;

    /** @param remarks receives a remark for each manifest that is recreated */
    FolderManifests(JobStore store, IndexParts index, Digests digests, List<String> remarks) {
        this.store = store;
        this.index = index;
        this.digests = digests;
        this.remarks = remarks;
    }

    /**
     * Creates the manifests that are missing or damaged.
     *
     * @param before whether this version or a later one has filled the folder before, so that it had manifests
     * @throws InputException if the folder was copied to a file system on which files without a manifest do not count
     */
    void ensure(boolean before) throws IOException {
        Set<String> lacking = new LinkedHashSet<>();
        boolean had = before || store.size(JobFolder.TOKENS + "/" + RunRecord.FILE) >= 0;
        for (String folder : ORDER) {
            try {
                if (CommitLog.manifest(store, folder).isEmpty()) {
                    lacking.add(folder);
                }
            } catch (MalformedFileException e) {
                requireEarlier(folder, e);
                remarks.add(e.getMessage() + ": it is made again from the files that are there");
                lacking.add(folder);
            }
        }
        boolean lost = had || lacking.size() < ORDER.size();
        for (String folder : lacking) {
            if (store.renames() || lost) {
                adopt(folder, before);
            } else {
                requireNoneOfADisk(folder);
                write(folder, List.of());
            }
        }
    }

    /** A manifest that is intact but cannot be read was written by a later version. */
    private void requireEarlier(String folder, MalformedFileException e) throws IOException {
        Optional<byte[]> json = store.read(folder + "/" + FileManifest.FILE);
        if (json.isPresent() && FileManifest.isSealed(json.get())) {
            throw new InputException(e.getMessage() + ": use the program that wrote it, or another folder", e);
        }
    }

    /** On a file system that needs manifests, files without one were copied from elsewhere and would never count. */
    private void requireNoneOfADisk(String folder) throws IOException {
        if (store.names(folder).stream().anyMatch(ON_A_DISK.asMatchPredicate())) {
            throw new InputException(store.place() + "/" + folder + " has files and no " + FileManifest.FILE
                    + ": it was copied from a file system that needs none, and a job cannot go on with it here:"
                    + " choose an empty folder");
        }
    }

    private void adopt(String folder, boolean before) throws IOException {
        Map<String, Long> files = new TreeMap<>();
        for (FileStatus status : store.list(folder)) {
            if (status.isFile()) {
                files.put(status.getPath().getName(), status.getLen());
            }
        }
        List<String> chosen = folder.equals(JobFolder.TOKENS) ? shards(files) : parts(folder, files);
        if (!chosen.isEmpty()) {
            String manifest = store.path(folder + "/" + FileManifest.FILE).toString();
            remarks.add(manifest
                    + (before
                            ? " is missing: it is made again, from "
                            : ", which earlier versions had not, is made of ")
                    + chosen.size() + " files");
        }
        Map<String, String> uris = new TreeMap<>();
        chosen.forEach(name -> uris.put(name, store.path(folder + "/" + name).toString()));
        Map<String, String> sums = digests.of(uris.values());
        List<FileManifest.Entry> entries = new ArrayList<>();
        for (String name : chosen) {
            entries.add(new FileManifest.Entry(name, files.get(name), FolderRepair.digest(sums, uris.get(name))));
        }
        write(folder, entries);
    }

    private void write(String folder, List<FileManifest.Entry> entries) throws IOException {
        store.replace(folder + "/" + FileManifest.FILE, new FileManifest(entries).encode());
    }

    /**
     * Chooses one part for each number. If several attempts or rewrites left parts with the same number, any will do,
     * since their contents agree.
     */
    private List<String> parts(String folder, Map<String, Long> files) throws IOException {
        Map<Integer, String> counting = folder.equals(JobFolder.EVENTS) ? index.names(JobFolder.INDEX) : Map.of();
        Map<Integer, String> parts = new TreeMap<>();
        for (String name : files.keySet()) {
            Matcher number = JobFolder.NUMBER.matcher(name);
            if (number.matches() && name.endsWith(".parquet")) {
                int part = Integer.parseInt(number.group(1));
                if (!name.equals(counting.get(part)) && parts.containsKey(part) && !IndexParts.isRewritten(name)) {
                    continue;
                }
                if (folder.equals(JobFolder.INDEX) || isReadable(folder + "/" + name)) {
                    parts.put(part, name);
                }
            }
        }
        return List.copyOf(parts.values());
    }

    private boolean isReadable(String part) throws IOException {
        try {
            index.read(part, TableForms.events().schema(), _ -> {});
            return true;
        } catch (IndexParts.DamagedPartException e) {
            remarks.add(e.getMessage() + ": it does not count");
            return false;
        }
    }

    private static int number(String name) {
        Matcher number = JobFolder.NUMBER.matcher(name);
        return number.matches() ? Integer.parseInt(number.group(1)) : -1;
    }

    private List<String> shards(Map<String, Long> files) throws IOException {
        List<String> names = new ArrayList<>(files.keySet());
        names.removeIf(
                name -> !name.endsWith(SHARD) || !JobFolder.NUMBER.matcher(name).matches());
        // Of several records of one clip, the latest run's counts, which is in the shard with the highest number.
        names.sort(Comparator.comparingInt(FolderManifests::number).thenComparing(name -> name));
        List<String> chosen = new ArrayList<>();
        try (HadoopShardFiles shards =
                new HadoopShardFiles(store.path(JobFolder.TOKENS).toString(), store.configuration())) {
            for (String name : names) {
                if (!ShardContents.isWhole(shards, name, files.keySet())) {
                    remarks.add(store.path(JobFolder.TOKENS + "/" + name) + " is damaged: it does not count");
                    continue;
                }
                String contents = ShardContents.nameFor(name);
                if (files.containsKey(contents)) {
                    chosen.add(contents);
                }
                chosen.add(name);
            }
        }
        return chosen;
    }
}
