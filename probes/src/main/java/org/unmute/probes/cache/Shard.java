package org.unmute.probes.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.probes.cache.files.ShardFiles;

/** A shard: its intact records and its damaged bytes. */
final class Shard {
    private static final Pattern NAME = Pattern.compile("shard-(\\d{5,9})\\.tok");
    private static final String SUFFIX = ".tok";
    /** Headers are read in blocks of 4 MiB, so that many small records cost one access. */
    private static final int BLOCK = 1 << 22;
    /** Bytes that a block must have after the position examined, so that any header fits. */
    private static final int NEEDED = Math.max(ShardHeader.MAX_BYTES, RecordHeader.MAX_BYTES);

    private final ShardFiles files;
    private final String name;
    private final long size;
    private final @Nullable CacheKey key;
    private final boolean headerIntact;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Damage> damage = new ArrayList<>();
    private MemorySegment block = MemorySegment.NULL;
    private long blockAt;

    /** A record and its position. */
    record Entry(RecordHeader header, int number, long offset) {
        long end() {
            return offset + header.bytes() + header.payloadBytes();
        }
    }

    private Shard(ShardFiles files, String name, long size, @Nullable CacheKey key, boolean headerIntact) {
        this.files = files;
        this.name = name;
        this.size = size;
        this.key = key;
        this.headerIntact = headerIntact;
    }

    static String name(int number) {
        return String.format("shard-%05d.tok", number);
    }

    static int number(String name) {
        Matcher m = NAME.matcher(name);
        if (!m.matches()) {
            throw new IllegalArgumentException("token cache: no shard name: " + name);
        }
        return Integer.parseInt(m.group(1));
    }

    /**
     * The files of a cache folder.
     *
     * @param names names of all files
     * @param shards the shards among them, in order: those that the manifest names, or all if there is no manifest
     * @param complete whether there is a manifest, which names finished shards only
     * @param missing shards that the manifest names but that are absent or have another size, each with the problem
     */
    record Listing(Set<String> names, List<String> shards, boolean complete, SequencedMap<String, String> missing) {
        /** Whether a stopped writer may have left the shard with an incomplete end. */
        boolean mayBeUnfinished(String shard) {
            return !complete && shard.equals(shards.getLast());
        }

        /** @throws TokenCacheException if shards that the manifest names are missing */
        void requireWhole(String place) throws TokenCacheException {
            if (!missing.isEmpty()) {
                Map.Entry<String, String> first = missing.firstEntry();
                throw new TokenCacheException("token cache: " + place + "/" + first.getKey() + " " + first.getValue()
                        + (missing.size() > 1 ? ", and " + (missing.size() - 1) + " more shards lack" : "")
                        + ": copy the folder again, or run the embedding again");
            }
        }
    }

    /**
     * Finds the shards of a folder.
     */
    static Listing list(ShardFiles files) throws IOException {
        Set<String> names = new HashSet<>(files.list());
        Optional<FileManifest> manifest = FileManifest.find(files, names);
        if (manifest.isEmpty()) {
            List<String> shards = names.stream()
                    .filter(NAME.asMatchPredicate())
                    .sorted(Comparator.comparingInt(Shard::number))
                    .toList();
            return new Listing(names, shards, false, new LinkedHashMap<>());
        }
        List<String> shards = new ArrayList<>();
        SequencedMap<String, String> missing = new LinkedHashMap<>();
        for (FileManifest.Entry entry : manifest.get().files()) {
            if (entry.name().endsWith(SUFFIX)) {
                String problem = problem(files, names, entry);
                if (problem == null) {
                    shards.add(entry.name());
                } else {
                    missing.put(entry.name(), problem);
                }
            }
        }
        return new Listing(names, List.copyOf(shards), true, missing);
    }

    /** Why a file is not the one that the manifest names; null if its size agrees. */
    private static @Nullable String problem(ShardFiles files, Set<String> names, FileManifest.Entry entry)
            throws IOException {
        boolean there = names.contains(entry.name());
        return there && files.size(entry.name()) == entry.bytes()
                ? null
                : (there ? "has " + files.size(entry.name()) + " bytes" : "is missing") + ", " + FileManifest.FILE
                        + " says " + entry.bytes() + " bytes";
    }

    /**
     * Opens a shard and finds its records by scanning it.
     *
     * @param expected the key that its records must have; null to use the key in its header
     * @param last whether it is the last shard, whose end may be incomplete
     * @param verify whether to check the payloads in addition to the headers
     * @throws TokenCacheException if it belongs to another key, or if the key is neither given nor readable
     */
    static Shard open(ShardFiles files, String name, @Nullable CacheKey expected, boolean last, boolean verify)
            throws IOException {
        Shard unread = new Shard(files, name, files.size(name), expected, false);
        ShardHeader header = ShardHeader.parse(unread.from(0), name);
        if (header == null) {
            return unread.withoutHeader(last, verify);
        }
        Shard shard = unread.with(header);
        shard.walk(header.bytes(), last, verify);
        shard.forgetBlock();
        return shard;
    }

    /**
     * Opens a shard by the table of contents beside it. Scans its records if the table is missing or does not agree
     * with the size of the shard.
     *
     * @param listing the files of its folder
     * @param expected as for {@link #open}
     */
    static Shard openByContents(ShardFiles files, String name, Listing listing, @Nullable CacheKey expected)
            throws IOException {
        String contents = ShardContents.nameFor(name);
        if (listing.names().contains(contents)) {
            ShardContents found = ShardContents.read(files, contents);
            long size = files.size(name);
            if (found != null && found.shardBytes() == size) {
                Shard shard = new Shard(files, name, size, expected, false).with(found.header());
                for (Entry entry : found.entries()) {
                    shard.requireKey(entry.header(), entry.number());
                    shard.addRecord(entry, false, false);
                }
                return shard;
            }
        }
        return open(files, name, expected, listing.mayBeUnfinished(name), false);
    }

    private Shard with(ShardHeader header) throws TokenCacheException {
        if (key != null && !header.key().matches(key)) {
            throw new TokenCacheException(
                    "token cache: " + files.place() + " holds tokens of " + header.key() + "; asked for " + key
                            + ": choose another folder, or the encoder and settings that it was made with");
        }
        Shard shard = new Shard(files, name, size, header.key(), true);
        shard.block = block;
        shard.blockAt = blockAt;
        return shard;
    }

    /**
     * Scans a shard whose header is unusable. Its records carry the key's fingerprint, so they can be recovered if the
     * key is the expected one.
     */
    private Shard withoutHeader(boolean last, boolean verify) throws IOException {
        long first = find(0);
        boolean torn = last && first < 0 && ShardHeader.couldBeTorn(from(0));
        if (key == null && !torn) {
            throw new TokenCacheException("token cache: the header of " + files.place() + "/" + name
                    + " is damaged: run the embedding again on this folder to rebuild it");
        }
        damage.add(damage(
                torn ? Damage.Kind.TORN_TAIL : Damage.Kind.CORRUPT,
                -1,
                0,
                first < 0 ? size : first,
                null,
                torn ? "the shard's header was not finished" : "the shard's header is damaged"));
        if (first >= 0) {
            walk(first, last, verify);
        }
        forgetBlock();
        return this;
    }

    /** The bytes from an offset on, enough to contain any header that begins there. */
    private MemorySegment from(long at) throws IOException {
        long wanted = Math.min(NEEDED, size - at);
        if (at < blockAt || at + wanted > blockAt + block.byteSize()) {
            block = files.read(name, at, Math.min(BLOCK, size - at));
            blockAt = at;
        }
        return block.asSlice(at - blockAt);
    }

    private void forgetBlock() {
        block = MemorySegment.NULL;
    }

    /** Offset of the next intact record header from {@code from} on; -1 if there is none. */
    private long find(long from) throws IOException {
        long at = from;
        while (at <= size - RecordHeader.MIN_BYTES) {
            MemorySegment here = from(at);
            boolean end = at + here.byteSize() == size;
            long last = here.byteSize() - (end ? RecordHeader.MIN_BYTES : RecordHeader.MAX_BYTES);
            long found = RecordHeader.find(here, last);
            if (found >= 0) {
                return at + found;
            }
            at += last + 1;
        }
        return -1;
    }

    private void walk(long start, boolean last, boolean verify) throws IOException {
        int number = 0;
        for (long at = start; at < size; number++) {
            RecordHeader header = RecordHeader.parse(from(at), 0);
            if (header == null) {
                long next = find(at + 1);
                boolean torn = next < 0 && last && RecordHeader.couldBeTorn(from(at), size - at);
                long end = next < 0 ? size : next;
                damage.add(damage(
                        torn ? Damage.Kind.TORN_TAIL : Damage.Kind.CORRUPT,
                        number,
                        at,
                        end - at,
                        null,
                        torn ? "the record's header was not finished" : "the record's header is damaged"));
                at = end;
            } else {
                requireKey(header, number);
                at = addRecord(new Entry(header, number, at), last, verify);
            }
        }
    }

    private void requireKey(RecordHeader header, int number) throws TokenCacheException {
        if (header.keyFingerprint() != key.fingerprint()) {
            throw new TokenCacheException(
                    "token cache: " + files.place() + "/" + name + ", record " + number + ", clip '" + header.clip()
                            + "' was not made by " + key + ": files of two caches were mixed: choose another folder");
        }
    }

    /** Adds a record with an intact header; returns the offset of the next one. */
    private long addRecord(Entry entry, boolean last, boolean verify) throws IOException {
        RecordHeader header = entry.header();
        boolean fits = header.sizesFit(key);
        if (!fits || entry.end() > size) {
            long next = find(entry.offset() + header.bytes());
            long end = next < 0 ? size : next;
            boolean torn = fits && last && next < 0;
            String reason = torn ? "the record was not finished" : "bytes of the record are missing";
            if (!fits) {
                reason = "time " + header.time() + ", freq " + header.freq() + ", dim " + header.dim() + ", layers "
                        + header.layers()
                        + (header.padding() < header.time()
                                ? " do not give the payload's " + header.payloadBytes() + " bytes"
                                : " leave no sound beside " + header.padding() + " rows of padding");
            }
            damage.add(damage(
                    torn ? Damage.Kind.TORN_TAIL : Damage.Kind.CORRUPT,
                    entry.number(),
                    entry.offset(),
                    end - entry.offset(),
                    header.clip(),
                    reason));
            return end;
        }
        if (verify && intactPayload(entry) == null) {
            damage.add(payloadDamage(entry));
        } else {
            entries.add(entry);
        }
        return entry.end();
    }

    private Damage damage(Damage.Kind kind, int record, long offset, long bytes, @Nullable String clip, String reason) {
        return new Damage(kind, name, record, offset, bytes, Optional.ofNullable(clip), reason);
    }

    Damage payloadDamage(Entry e) {
        return damage(
                Damage.Kind.CORRUPT,
                e.number(),
                e.offset(),
                e.end() - e.offset(),
                e.header().clip(),
                "the tokens do not match their checksum");
    }

    /** Reads and checks a payload; null if it does not match its checksum. */
    @Nullable
    MemorySegment intactPayload(Entry entry) throws IOException {
        RecordHeader header = entry.header();
        MemorySegment payload = files.read(name, entry.offset() + header.bytes(), header.payloadBytes());
        return Payload.checksum(payload.asByteBuffer()) == header.payloadChecksum() ? payload : null;
    }

    /**
     * Whether the file still holds the record intact: its header, of which the table of contents has a copy, and its
     * payload.
     */
    boolean isIntact(Entry entry) throws IOException {
        MemorySegment record = recordBytes(entry);
        int header = entry.header().bytes();
        return entry.header().equals(RecordHeader.parse(record, 0))
                && Payload.checksum(record.asSlice(header).asByteBuffer())
                        == entry.header().payloadChecksum();
    }

    /** Header and payload of a record, as stored in the file. */
    MemorySegment recordBytes(Entry entry) throws IOException {
        return files.read(name, entry.offset(), entry.end() - entry.offset());
    }

    CachedClip clip(Entry e) {
        RecordHeader h = e.header();
        return new CachedClip(
                h.clip(), h.audioSha256(), h.time(), h.freq(), h.dim(), h.cls(), h.padding(), name, e.number());
    }

    String name() {
        return name;
    }

    /** The key of its records; null for a shard with an unfinished header that was opened without a key. */
    @Nullable
    CacheKey key() {
        return key;
    }

    List<Entry> entries() {
        return entries;
    }

    List<Damage> damage() {
        return damage;
    }

    long bytes() {
        return size;
    }

    /** End of the intact records if only an unfinished record follows them; -1 if there is other damage. */
    long cleanEnd() {
        if (damage.isEmpty()) {
            return bytes();
        }
        Damage first = damage.getFirst();
        return damage.size() == 1 && first.kind() == Damage.Kind.TORN_TAIL && headerIntact ? first.offset() : -1;
    }
}
