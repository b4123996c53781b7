package org.unmute.probes.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.FolderLock;
import org.unmute.files.LittleEndian;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;
import org.unmute.files.WrittenFiles;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.probes.cache.files.FolderFiles;

/**
 * Appends token maps to a cache folder and creates it if needed. A folder has one writer at a time, used by one thread
 * at a time. To resume, open the folder again and, in the same order, {@link #append} the clips whose {@link #status}
 * is not {@link ClipStatus#PRESENT}. The shards then equal those of an uninterrupted run byte for byte.
 */
public final class TokenCacheWriter implements AutoCloseable {
    /** Name of the lock file in the folder of a cache. */
    public static final String LOCK = "cache.lock";

    private static final String REBUILD_SUFFIX = ".rebuild";
    private static final String DAMAGED_SUFFIX = ".damaged";
    private final Path folder;
    private final CacheKey key;
    private final CacheOptions options;
    private final FolderLock lock;
    private final List<Damage> recovered = new ArrayList<>();
    /** Audio hash of the newest record of each clip. */
    private final Map<String, String> audioOfClip = new HashMap<>();
    /** Audio hashes of all records. */
    private final Set<String> audio = new HashSet<>();

    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    private FileChannel channel;
    private int shard = -1;
    private long end;
    private boolean shardHasRecords;
    /** Whether this writer has written to the shard, or has announced that it will. */
    private boolean shardChanged;

    private int unsyncedRecords;
    private long unsyncedBytes;
    private boolean closed;

    private TokenCacheWriter(Path folder, CacheKey key, CacheOptions options, FolderLock lock) {
        this.folder = folder;
        this.key = key;
        this.options = options;
        this.lock = lock;
    }

    /**
     * Opens a cache for writing: checks it, truncates an unfinished end, and rebuilds damaged shards from their intact
     * records. A shard without any intact record is renamed to {@code *.tok.damaged}.
     *
     * @throws TokenCacheException if the folder belongs to another encoder, front end or dtype, or another writer has
     *     it open
     */
    public static TokenCacheWriter open(Path folder, CacheKey key, CacheOptions options) throws IOException {
        return open(folder, key, options, 0);
    }

    /**
     * As above, for one of several writers with separate folders, whose shards are combined into one cache.
     *
     * @param firstShard number of the first shard in a folder without shards, from 0
     */
    public static TokenCacheWriter open(Path folder, CacheKey key, CacheOptions options, int firstShard)
            throws IOException {
        if (firstShard < 0) {
            throw new IllegalArgumentException("token cache: shards are numbered from 0, not from " + firstShard);
        }
        Files.createDirectories(folder);
        FolderLock lock = lock(folder);
        TokenCacheWriter writer = new TokenCacheWriter(folder, key, options, lock);
        try {
            writer.recover();
            if (writer.channel == null) {
                writer.shard = firstShard - 1;
            }
            return writer;
        } catch (IOException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    private static FolderLock lock(Path folder) throws IOException {
        try {
            return FolderLock.acquire(folder, LOCK);
        } catch (FolderLock.HeldException e) {
            throw new TokenCacheException("token cache: " + e.getMessage());
        }
    }

    /** The position of a record: the name of its shard and the offset of its first byte. */
    public record Place(String shard, long offset) {}

    /** The key that all records share. */
    public CacheKey key() {
        return key;
    }

    /** Damage that was found and removed on opening; the clips of these records must be embedded again. */
    public List<Damage> recovered() {
        return List.copyOf(recovered);
    }

    /**
     * Whether a clip is stored, and with which audio content.
     *
     * @param audioSha256 64 lower-case hex digits
     */
    public ClipStatus status(String clipId, String audioSha256) {
        String stored = audioOfClip.get(clipId);
        if (stored != null) {
            return stored.equals(audioSha256) ? ClipStatus.PRESENT : ClipStatus.CHANGED;
        }
        return audio.contains(audioSha256) ? ClipStatus.RENAMED : ClipStatus.ABSENT;
    }

    /** The ids of the clips stored. */
    public Set<String> ids() {
        return Set.copyOf(audioOfClip.keySet());
    }

    /** Number of clips stored. */
    public int clips() {
        return audioOfClip.size();
    }

    /**
     * Stores the tokens of one clip. Once this returns, killing the process does not lose them; see {@link
     * CacheOptions} for power cuts. After an exception the cache is unchanged, with one exception: a clip that was
     * written but could not be forced to the device is stored, and the next {@link #sync} tries again.
     *
     * @param clipId path below the audio root, with '/'; at most 4096 bytes
     * @param audioSha256 content hash of the audio file, 64 lower-case hex digits
     * @return position of the record
     * @throws IllegalArgumentException naming the clip, if the id or hash is unusable, a value is not finite or exceeds
     *     the range of the cache's dtype, or the record would exceed 2 GiB
     * @throws IllegalStateException after {@link #close}
     * @throws IOException if writing fails, for instance on a full device
     */
    public Place append(String clipId, String audioSha256, Features features) throws IOException {
        if (closed) {
            throw new IllegalStateException("token cache: the writer of " + folder
                    + " is closed: open another to append clip '" + clipId + "'");
        }
        byte[] id = RecordHeader.checkedId(clipId);
        byte[] hash = RecordHeader.checkedHash(clipId, audioSha256);
        Payload.checkFits(clipId, features, key.dtype());
        if (features.layers().size() != key.layers()) {
            throw new IllegalArgumentException("token cache: clip '" + clipId + "' comes with tokens of "
                    + features.layers().size()
                    + " layers, " + folder + " stores " + key.layers()
                    + " in addition to the last: ask the encoder for all its blocks,"
                    + " or choose another folder");
        }
        TokenMap map = features.tokens();
        if (map.padding() > RecordHeader.MAX_PADDING) {
            throw new IllegalArgumentException("token cache: clip '" + clipId + "' has " + map.padding()
                    + " rows of padding, a record can say " + RecordHeader.MAX_PADDING
                    + ": choose shorter windows, or leave the padding out");
        }
        long payload = Payload.bytes(map.time(), map.freq(), map.dim(), map.cls() != null, key.layers(), key.dtype());
        int headerBytes = RecordHeader.bytesFor(id);
        if (payload > Integer.MAX_VALUE - headerBytes) {
            throw new IllegalArgumentException("token cache: clip '" + clipId + "' needs " + payload
                    + " bytes, a record holds 2 GiB: cut the recording into windows");
        }
        int size = headerBytes + (int) payload;
        encode(id, hash, features, headerBytes, size);
        if (channel == null || shardHasRecords && end + size > options.shardBytes()) {
            startShard(shard + 1);
        } else if (!shardChanged) {
            WrittenFiles.changed(folder.resolve(Shard.name(shard)));
        }
        shardChanged = true;
        Place place = new Place(Shard.name(shard), end);
        writeAt(end, buffer);
        end += size;
        shardHasRecords = true;
        remember(clipId, audioSha256);
        unsyncedRecords++;
        unsyncedBytes += size;
        if (unsyncedRecords >= options.syncRecords() || unsyncedBytes >= options.syncBytes()) {
            sync();
        }
        return place;
    }

    private void encode(byte[] id, byte[] hash, Features features, int headerBytes, int size) {
        if (buffer.capacity() < size) {
            buffer = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
        }
        buffer.clear().limit(size).position(headerBytes);
        Payload.put(buffer, features, key.dtype());
        int checksum = Payload.checksum(buffer.slice(headerBytes, size - headerBytes));
        RecordHeader.encode(buffer, id, hash, features, key.fingerprint(), size - headerBytes, checksum);
        buffer.position(0);
    }

    /** Forces all appended records to the device. */
    public void sync() throws IOException {
        if (channel != null && unsyncedRecords > 0) {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw FileFailure.named(folder.resolve(Shard.name(shard)), e);
            }
            WrittenFiles.note(folder.resolve(Shard.name(shard)), channel);
        }
        unsyncedRecords = 0;
        unsyncedBytes = 0;
    }

    /** Forces all appended records to the device and releases the lock of the folder. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closeShard();
        } finally {
            lock.close();
        }
    }

    private void writeAt(long position, ByteBuffer bytes) throws IOException {
        try {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            try {
                channel.truncate(position);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw new IOException(
                    "token cache: cannot write to " + folder + ": " + FileFailure.reason(e)
                            + ": what is stored stays intact; make room, then run the same command again",
                    e);
        }
    }

    private void startShard(int number) throws IOException {
        closeShard();
        Path file = folder.resolve(Shard.name(number));
        byte[] header = ShardHeader.encode(number, key);
        WrittenFiles.changed(file);
        channel = WrittenFiles.watching(
                file, RegularFile.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        try {
            writeAt(0, ByteBuffer.wrap(header));
            TemporaryFile.forceFolder(folder);
        } catch (IOException e) {
            closeShard();
            Files.deleteIfExists(file);
            throw e;
        }
        shard = number;
        shardHasRecords = false;
        end = header.length;
    }

    private void closeShard() throws IOException {
        if (channel != null) {
            FileChannel open = channel;
            try {
                sync();
            } finally {
                channel = null;
                open.close();
            }
        }
    }

    private void recover() throws IOException {
        deleteUnfinishedRebuilds();
        Shard.Listing listing;
        try (FolderFiles files = new FolderFiles(folder, Arena.ofConfined())) {
            listing = Shard.list(files);
        }
        if (listing.complete()) {
            throw new TokenCacheException("token cache: " + folder + " has a " + FileManifest.FILE
                    + ": only the job that wrote it can add shards: choose another folder");
        }
        for (String name : listing.shards()) {
            recoverShard(name, listing.mayBeUnfinished(name));
        }
        if (shard >= 0 && channel == null) {
            Path last = folder.resolve(Shard.name(shard));
            channel = WrittenFiles.watching(last, RegularFile.open(last, StandardOpenOption.WRITE));
            end = channel.size();
        }
    }

    private void recoverShard(String name, boolean last) throws IOException {
        Path file = folder.resolve(name);
        long cleanEnd;
        long size;
        boolean empty;
        boolean torn;
        try (FolderFiles files = new FolderFiles(folder, Arena.ofConfined())) {
            Shard found = Shard.open(files, name, key, last, last || options.verifyAll());
            for (Shard.Entry entry : found.entries()) {
                remember(entry.header().clip(), entry.header().audioSha256());
            }
            recovered.addAll(found.damage());
            size = found.bytes();
            cleanEnd = found.cleanEnd();
            empty = found.entries().isEmpty();
            torn = found.damage().stream().allMatch(d -> d.kind() == Damage.Kind.TORN_TAIL);
            if (cleanEnd < 0 && !empty) {
                rebuild(found);
            }
        }
        if (empty && cleanEnd != size) {
            discard(file, torn);
            return;
        }
        if (cleanEnd >= 0 && cleanEnd < size) {
            WrittenFiles.changed(file);
            try (FileChannel cut = RegularFile.open(file, StandardOpenOption.WRITE)) {
                cut.truncate(cleanEnd);
                cut.force(true);
            } catch (IOException e) {
                throw FileFailure.named(file, e);
            }
        }
        shard = Shard.number(name);
        shardHasRecords = !empty;
    }

    /**
     * Removes a shard without an intact record; the next append creates it again. It is deleted only if a stopped
     * writer left it in that state; any other content might be valuable and is kept under another name.
     */
    private void discard(Path file, boolean torn) throws IOException {
        WrittenFiles.changed(file);
        if (torn) {
            Files.delete(file);
        } else {
            Files.move(
                    file,
                    file.resolveSibling(file.getFileName() + DAMAGED_SUFFIX),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        TemporaryFile.forceFolder(folder);
    }

    /** Writes the intact records to a new file and atomically replaces the damaged one with it. */
    private void rebuild(Shard damaged) throws IOException {
        AtomicFile.write(folder.resolve(damaged.name()), out -> {
            LittleEndian.writeFully(out, ByteBuffer.wrap(ShardHeader.encode(Shard.number(damaged.name()), key)));
            for (Shard.Entry entry : damaged.entries()) {
                LittleEndian.writeFully(out, damaged.recordBytes(entry).asByteBuffer());
            }
        });
    }

    /** Earlier versions used these names for rebuilt shards. */
    private void deleteUnfinishedRebuilds() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().endsWith(".tok" + REBUILD_SUFFIX))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    private void remember(String clipId, String audioSha256) {
        audioOfClip.put(clipId, audioSha256);
        audio.add(audioSha256);
    }
}
