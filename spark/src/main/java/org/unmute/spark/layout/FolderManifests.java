package org.unmute.spark.layout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.MalformedFileException;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.input.FileDigests;

/** The manifests of a job's folders: what earlier runs stated, what of it is still so, and what this run states. */
final class FolderManifests {
    private final JobStore store;
    private final JavaSparkContext spark;
    private final List<String> remarks;
    private final Map<String, SortedMap<String, FileManifest.Entry>> entries = new HashMap<>();

    /** @param remarks receives messages about files that are not what a manifest states */
    FolderManifests(JobStore store, JavaSparkContext spark, List<String> remarks) {
        this.store = store;
        this.spark = spark;
        this.remarks = remarks;
    }

    /** Reads the manifest of a folder, if it has one. A damaged one counts as none. */
    void read(String folder) throws IOException {
        SortedMap<String, FileManifest.Entry> stated = new TreeMap<>();
        String name = folder + "/" + FileManifest.FILE;
        Optional<byte[]> json = store.read(name);
        try {
            if (json.isPresent()) {
                FileManifest.parse(json.get(), store.path(name).toString())
                        .files()
                        .forEach(entry -> stated.put(entry.name(), entry));
            }
        } catch (MalformedFileException e) {
            remarks.add(e.getMessage() + ": it is made again from the files that are there");
        }
        stated.remove(RunRecord.FILE);
        entries.put(folder, stated);
    }

    /** What is stated of the files of a folder, by name, without the record of a run. Live. */
    SortedMap<String, FileManifest.Entry> entries(String folder) {
        return entries.get(folder);
    }

    /**
     * Files of a folder that are missing or not what was stated. They are no longer stated.
     *
     * @param verify whether bytes are compared, not only sizes
     */
    List<String> differing(String folder, boolean verify) throws IOException {
        SortedMap<String, Long> sizes = store.sizes(folder);
        SortedMap<String, FileManifest.Entry> stated = entries.get(folder);
        Set<String> there = new TreeSet<>(stated.keySet());
        there.retainAll(sizes.keySet());
        Map<String, String> digests = verify ? digests(folder, there) : Map.of();
        List<String> differing = new ArrayList<>();
        for (FileManifest.Entry entry : List.copyOf(stated.values())) {
            String problem = null;
            if (!there.contains(entry.name())) {
                problem = "is missing";
            } else if (sizes.get(entry.name()) != entry.bytes()) {
                problem = "has " + sizes.get(entry.name()) + " bytes, " + entry.bytes() + " were written";
            } else if (verify && !entry.sha256().equals(digests.get(entry.name()))) {
                problem = "has other bytes than were written";
            }
            if (problem != null) {
                remarks.add(store.path(folder + "/" + entry.name()) + " " + problem + ": what it held is made again");
                stated.remove(entry.name());
                differing.add(entry.name());
            }
        }
        return differing;
    }

    /** SHA-256 of files by name, without those that cannot be read. */
    private Map<String, String> digests(String folder, Set<String> files) {
        Map<String, String> names = new HashMap<>();
        files.forEach(name -> names.put(store.path(folder + "/" + name).toString(), name));
        Map<String, String> digests = new HashMap<>();
        FileDigests.of(spark, names.keySet()).forEach((uri, sha256) -> digests.put(names.get(uri), sha256));
        return digests;
    }

    /** Writes the manifest of a folder, with entries besides. */
    void write(String folder, Collection<FileManifest.Entry> besides) throws IOException {
        List<FileManifest.Entry> all = new ArrayList<>(entries.get(folder).values());
        all.addAll(besides);
        store.replace(folder + "/" + FileManifest.FILE, new FileManifest(all).encode());
    }

    /**
     * States the files of a folder.
     *
     * @param sizes the files, by name
     * @param known digests of some of them; others are hashed
     * @return bytes of those that no earlier run stated
     */
    long state(String folder, SortedMap<String, Long> sizes, Map<String, FileManifest.Entry> known) throws IOException {
        SortedMap<String, FileManifest.Entry> stated = entries.get(folder);
        stated.keySet().retainAll(sizes.keySet());
        Set<String> unknown = new TreeSet<>();
        long fresh = 0;
        for (Map.Entry<String, Long> file : sizes.entrySet()) {
            String name = file.getKey();
            fresh += stated.containsKey(name) ? 0 : file.getValue();
            FileManifest.Entry entry = stated.getOrDefault(name, known.get(name));
            if (entry != null && entry.bytes() == file.getValue()) {
                stated.put(name, entry);
            } else {
                unknown.add(name);
            }
        }
        Map<String, String> digests = digests(folder, unknown);
        for (String name : unknown) {
            if (!digests.containsKey(name)) {
                throw new IOException(store.path(folder + "/" + name) + " cannot be read: run the same job again");
            }
            stated.put(name, new FileManifest.Entry(name, sizes.get(name), digests.get(name)));
        }
        write(folder, List.of());
        return fresh;
    }
}
