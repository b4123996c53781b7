package org.unmute.spark.layout;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import org.apache.hadoop.fs.FileStatus;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.TokenCacheException;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.input.Digests;

/**
 * Compares a folder with its manifests and its index, by names and sizes or by all bytes, and removes what is missing
 * or damaged from them, so that the affected clips are done again. Afterwards, everything that counts is intact.
 */
final class FolderRepair {
    private static final String SHARD = ".tok";
    private static final String CONTENTS = ".toc";
    private static final int SHOWN = 20;

    private final JobStore store;
    private final CommitLog log;
    private final IndexParts index;
    private final List<String> remarks;
    /** Problems of files that count, by file name below the job's folder. */
    private final Map<String, String> damage = new LinkedHashMap<>();

    private final SortedSet<Integer> lostIndex = new TreeSet<>();
    private final SortedSet<Integer> lostEvents = new TreeSet<>();
    private final Set<String> shards = new HashSet<>();
    private final Set<String> lost = ConcurrentHashMap.newKeySet();

    /** @param remarks receives remarks about missing or damaged files */
    FolderRepair(JobStore store, CommitLog log, IndexParts index, List<String> remarks) {
        this.store = store;
        this.log = log;
        this.index = index;
        this.remarks = remarks;
    }

    /**
     * The outcome of a repair.
     *
     * @param lost ids of clips whose rows now say that they have to be done again
     * @param known the index; null if it was changed
     */
    record Found(Set<String> lost, IndexParts.Known known) {}

    /**
     * Repairs the folder.
     *
     * @param digests hashes files to compare all bytes; null to compare only names and sizes
     * @param events whether the job keeps events
     * @param target where rewritten files go
     * @param pass tells files of several passes of a run apart
     * @return the outcome
     */
    Found run(Digests digests, boolean events, ShareTarget target, int pass) throws IOException {
        for (String folder : JobFolder.COUNTING) {
            compare(folder, digests);
        }
        remakeContents();
        for (String file : damage.keySet()) {
            sort(file);
        }
        IndexParts.Known known = readable();
        Map<Integer, String> eventParts = index.names(JobFolder.EVENTS);
        eventParts.keySet().removeAll(lostEvents);
        if (events) {
            findLostEvents(known, eventParts);
        }
        boolean changed = commit(known, eventParts, target, pass);
        tell();
        return new Found(lost, changed ? null : known);
    }

    /** Reads the parts of the index that exist and are readable. */
    private IndexParts.Known readable() throws IOException {
        IndexParts.Known known = index.known(lostIndex);
        if (known.damaged().isEmpty()) {
            return known;
        }
        known.damaged().forEach((number, problem) -> {
            lostIndex.add(number);
            damage.put(JobFolder.INDEX + "/" + known.names().get(number), "cannot be read");
        });
        return index.known(lostIndex);
    }

    /** Compares the files of a folder with the folder's manifest. */
    private void compare(String folder, Digests digests) throws IOException {
        Map<String, Long> there = new HashMap<>();
        for (FileStatus status : store.list(folder)) {
            if (status.isFile()) {
                there.put(status.getPath().getName(), status.getLen());
            }
        }
        Map<String, FileManifest.Entry> intact = new LinkedHashMap<>();
        for (FileManifest.Entry entry :
                CommitLog.manifest(store, folder).orElseThrow().files()) {
            String name = folder + "/" + entry.name();
            Long bytes = there.get(entry.name());
            if (bytes == null) {
                damage.put(name, "is missing");
            } else if (bytes != entry.bytes()) {
                damage.put(name, "has " + bytes + " bytes, where " + entry.bytes() + " were written");
            } else {
                intact.put(store.path(name).toString(), entry);
            }
        }
        if (digests != null) {
            Map<String, String> sums = digests.of(intact.keySet());
            for (Map.Entry<String, FileManifest.Entry> each : intact.entrySet()) {
                if (!digest(sums, each.getKey()).equals(each.getValue().sha256())) {
                    damage.put(folder + "/" + each.getValue().name(), "has other bytes than were written");
                }
            }
        }
        if (folder.equals(JobFolder.TOKENS)) {
            intact.values().forEach(entry -> shards.add(entry.name()));
            shards.removeIf(name -> !name.endsWith(SHARD) || damage.containsKey(JobFolder.TOKENS + "/" + name));
        }
    }

    /** @throws IOException if the file could not be read */
    static String digest(Map<String, String> sums, String uri) throws IOException {
        String digest = sums.get(uri);
        if (digest == null) {
            throw new FileSystemException(uri, null, "cannot be read to compare it with the manifest of its folder");
        }
        return digest;
    }

    /** Recreates tables of contents of intact shards. */
    private void remakeContents() throws IOException {
        Map<String, FileManifest.Entry> stated = new HashMap<>();
        CommitLog.manifest(store, JobFolder.TOKENS)
                .orElseThrow()
                .files()
                .forEach(entry -> stated.put(JobFolder.TOKENS + "/" + entry.name(), entry));
        for (String file : List.copyOf(damage.keySet())) {
            String name = file.substring(file.indexOf('/') + 1);
            String shard = name.replaceFirst("\\.toc$", SHARD);
            if (!file.startsWith(JobFolder.TOKENS + "/") || !name.endsWith(CONTENTS) || !shards.contains(shard)) {
                continue;
            }
            byte[] contents = contents(shard);
            if (contents != null && Sha256.of(contents).equals(stated.get(file).sha256())) {
                store.replace(file, contents);
                remarks.add(store.path(file) + " " + damage.remove(file) + ": it is made again from its shard");
            } else {
                shards.remove(shard);
                damage.put(JobFolder.TOKENS + "/" + shard, "has records that are damaged");
            }
        }
    }

    private byte[] contents(String shard) throws IOException {
        try (HadoopShardFiles files =
                new HadoopShardFiles(store.path(JobFolder.TOKENS).toString(), store.configuration())) {
            return ShardContents.of(files, shard);
        } catch (TokenCacheException e) {
            return null;
        }
    }

    private void sort(String file) {
        Matcher number = JobFolder.NUMBER.matcher(file.substring(file.indexOf('/') + 1));
        if (number.matches() && file.startsWith(JobFolder.INDEX + "/")) {
            lostIndex.add(Integer.parseInt(number.group(1)));
        } else if (number.matches() && file.startsWith(JobFolder.EVENTS + "/")) {
            lostEvents.add(Integer.parseInt(number.group(1)));
        }
    }

    /** Tasks write a part of the events with every part of the index; only a rewritten part may have none. */
    private void findLostEvents(IndexParts.Known known, Map<Integer, String> eventParts) {
        known.names().forEach((number, name) -> {
            if (!IndexParts.isRewritten(name) && !eventParts.containsKey(number) && lostEvents.add(number)) {
                damage.put(JobFolder.EVENTS + "/" + name, "is missing");
            }
        });
    }

    private boolean commit(IndexParts.Known known, Map<Integer, String> eventParts, ShareTarget target, int pass)
            throws IOException {
        SortedSet<Integer> parts = new TreeSet<>();
        known.shards().forEach((shard, named) -> {
            if (!shards.contains(shard)) {
                parts.addAll(named);
                damage.putIfAbsent(JobFolder.TOKENS + "/" + shard, "is missing");
            }
        });
        lostEvents.stream().filter(known.names()::containsKey).forEach(parts::add);
        IndexParts.Change change = (number, row) -> {
            boolean gone = row.tokens().shard() != null
                    && !shards.contains(row.tokens().shard());
            if (row.error() != null || !gone && !lostEvents.contains(number)) {
                return row;
            }
            lost.add(row.clip());
            return row.lost(
                    (gone ? "the file with its tokens, " + row.tokens().shard() + "," : "the part with its events")
                            + " was lost: submit the job with its recording to do it again");
        };
        PendingCommit rewritten = index.rewritten(parts, known.clips(), eventParts, change, target, pass);
        Set<String> deleted = new TreeSet<>(rewritten.deleted());
        for (String file : damage.keySet()) {
            if (!file.equals(JobFolder.TOKENS + "/" + RunRecord.FILE)) {
                deleted.add(file);
            }
            if (file.endsWith(SHARD)) {
                deleted.add(JobFolder.TOKENS + "/" + ShardContents.nameFor(file.substring(file.indexOf('/') + 1)));
            }
        }
        // Events without a part of the index belong to clips that will be done again.
        eventParts.forEach((number, name) -> {
            if (!known.names().containsKey(number)) {
                deleted.add(JobFolder.EVENTS + "/" + name);
            }
        });
        if (deleted.isEmpty() && rewritten.files().isEmpty()) {
            return false;
        }
        log.commit(new PendingCommit(rewritten.files(), new ArrayList<>(deleted)));
        return true;
    }

    private void tell() {
        int shown = 0;
        for (Map.Entry<String, String> each : damage.entrySet()) {
            if (++shown > SHOWN) {
                remarks.add("and " + (damage.size() - SHOWN) + " more files of " + store.place() + " lack");
                break;
            }
            String file = each.getKey();
            remarks.add(store.path(file) + " " + each.getValue()
                    + (file.endsWith(RunRecord.FILE)
                            ? ": this run writes its own"
                            : file.endsWith(CONTENTS) ? ": it is made again" : ": its clips are done again"));
        }
        if (!lost.isEmpty()) {
            remarks.add("results of " + Units.count(lost.size(), "clip") + " of the index were lost with these files");
        }
    }
}
