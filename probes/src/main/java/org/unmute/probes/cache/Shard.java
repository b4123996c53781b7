package org.unmute.probes.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.unmute.tensor.io.FileFailure;

/** A memory-mapped shard file: its intact records, and its bytes that are none. */
final class Shard {
    private static final Pattern NAME = Pattern.compile("shard-(\\d{5,9})\\.tok");

    private final Path path;
    private final MemorySegment file;
    private final CacheKey key;
    private final boolean headerIntact;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Damage> damage = new ArrayList<>();

    /** A record and its place. */
    record Entry(RecordHeader header, int number, long offset) {
        long end() {
            return offset + header.bytes() + header.payloadBytes();
        }
    }

    private Shard(Path path, MemorySegment file, CacheKey key, boolean headerIntact) {
        this.path = path;
        this.file = file;
        this.key = key;
        this.headerIntact = headerIntact;
    }

    static String name(int number) {
        return String.format("shard-%05d.tok", number);
    }

    static int number(Path path) {
        Matcher m = NAME.matcher(path.getFileName().toString());
        if (!m.matches()) {
            throw new IllegalArgumentException("token cache: no shard name: " + path);
        }
        return Integer.parseInt(m.group(1));
    }

    /** The shard files of a folder in order. */
    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> NAME.matcher(f.getFileName().toString()).matches())
                    .sorted((a, b) -> Integer.compare(number(a), number(b)))
                    .toList();
        }
    }

    /**
     * Maps a shard and finds its records.
     *
     * @param expected the key that its records must have; null for the one in its header
     * @param last whether it is the last shard, whose end may be incomplete
     * @param verify whether to check the payloads in addition to the headers
     * @throws TokenCacheException if it belongs to another key, or if the key is neither given nor readable
     */
    static Shard open(Path path, CacheKey expected, boolean last, boolean verify, Arena arena) throws IOException {
        MemorySegment file;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw FileFailure.named(path, e);
        }
        String name = path.getFileName().toString();
        ShardHeader header = ShardHeader.parse(file, name);
        if (header == null) {
            return withoutHeader(path, file, expected, last, verify);
        }
        if (expected != null && !header.key().matches(expected)) {
            throw new TokenCacheException(
                    "token cache: " + path.getParent() + " holds tokens of " + header.key() + "; asked for " + expected
                            + ": choose another folder, or the encoder and settings that it was made with");
        }
        Shard shard = new Shard(path, file, header.key(), true);
        shard.walk(header.bytes(), last, verify);
        return shard;
    }

    /**
     * Opens a shard whose header is unusable: its records carry the key's fingerprint, so they can be recovered if the
     * key is the expected one.
     */
    private static Shard withoutHeader(Path path, MemorySegment file, CacheKey expected, boolean last, boolean verify)
            throws IOException {
        long first = RecordHeader.find(file, 0);
        boolean torn = last && first < 0 && ShardHeader.couldBeTorn(file);
        if (expected == null && !torn) {
            throw new TokenCacheException("token cache: the header of " + path
                    + " is damaged: run the embedding again on this folder to rebuild it");
        }
        Shard shard = new Shard(path, file, expected, false);
        long end = first < 0 ? file.byteSize() : first;
        shard.damage.add(shard.damage(
                torn ? Damage.Kind.TORN_TAIL : Damage.Kind.CORRUPT,
                -1,
                0,
                end,
                null,
                torn ? "the shard's header was not finished" : "the shard's header is damaged"));
        if (first >= 0) {
            shard.walk(first, last, verify);
        }
        return shard;
    }

    private void walk(long start, boolean last, boolean verify) throws TokenCacheException {
        long size = file.byteSize();
        int number = 0;
        for (long at = start; at < size; number++) {
            RecordHeader header = RecordHeader.parse(file, at);
            if (header == null) {
                long next = RecordHeader.find(file, at + 1);
                boolean torn = next < 0 && last && RecordHeader.couldBeTorn(file, at);
                long end = next < 0 ? size : next;
                damage.add(damage(
                        torn ? Damage.Kind.TORN_TAIL : Damage.Kind.CORRUPT,
                        number,
                        at,
                        end - at,
                        null,
                        torn ? "the record's header was not finished" : "the record's header is damaged"));
                at = end;
            } else if (header.keyFingerprint() != key.fingerprint()) {
                throw new TokenCacheException("token cache: " + name() + ", record " + number + ", clip '"
                        + header.clip() + "' was not made by " + key
                        + ": files of two caches were mixed: choose another folder");
            } else {
                at = addRecord(new Entry(header, number, at), last, verify);
            }
        }
    }

    /** Adds a record with an intact header; returns the offset of the next one. */
    private long addRecord(Entry entry, boolean last, boolean verify) {
        RecordHeader header = entry.header();
        boolean fits = header.sizesFit(key);
        if (!fits || entry.end() > file.byteSize()) {
            long next = RecordHeader.find(file, entry.offset() + header.bytes());
            long end = next < 0 ? file.byteSize() : next;
            boolean torn = fits && last && next < 0;
            String reason = torn ? "the record was not finished" : "bytes of the record are missing";
            if (!fits) {
                reason = "time " + header.time() + ", freq " + header.freq() + ", dim " + header.dim() + ", layers "
                        + header.layers() + " do not give the payload's " + header.payloadBytes() + " bytes";
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
        if (verify && !payloadIntact(entry)) {
            damage.add(payloadDamage(entry));
        } else {
            entries.add(entry);
        }
        return entry.end();
    }

    private Damage damage(Damage.Kind kind, int record, long offset, long bytes, String clip, String reason) {
        return new Damage(kind, name(), record, offset, bytes, Optional.ofNullable(clip), reason);
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

    boolean payloadIntact(Entry entry) {
        return Payload.checksum(payload(entry).asByteBuffer()) == entry.header().payloadChecksum();
    }

    MemorySegment payload(Entry entry) {
        return file.asSlice(
                entry.offset() + entry.header().bytes(), entry.header().payloadBytes());
    }

    /** Header and payload of a record, as they are in the file. */
    MemorySegment recordBytes(Entry entry) {
        return file.asSlice(entry.offset(), entry.end() - entry.offset());
    }

    CachedClip clip(Entry e) {
        RecordHeader h = e.header();
        return new CachedClip(h.clip(), h.audioSha256(), h.time(), h.freq(), h.dim(), h.cls(), name(), e.number());
    }

    String name() {
        return path.getFileName().toString();
    }

    Path path() {
        return path;
    }

    /** The key of its records; null for a shard with an unfinished header that was opened without a key. */
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
        return file.byteSize();
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
