package org.unmute.probes.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmute.files.MalformedFileException;
import org.unmute.probes.cache.files.FolderFiles;
import org.unmute.probes.cache.files.ShardFiles;

/**
 * The table of contents of a shard: a file beside it that holds the headers of the shard and of its records. With it, a
 * shard in a store where each range read is a request is opened in one request.
 */
public final class ShardContents {
    private static final byte[] MAGIC = "UNMUTOC\n".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int FIXED_BYTES = 24;
    private static final String SUFFIX = ".toc";
    private static final ValueLayout.OfInt INT = ShardHeader.INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final long shardBytes;
    private final ShardHeader header;
    private final List<Shard.Entry> entries;

    private ShardContents(long shardBytes, ShardHeader header, List<Shard.Entry> entries) {
        this.shardBytes = shardBytes;
        this.header = header;
        this.entries = entries;
    }

    /** File name of a shard's table: {@code shard-00000.toc} for {@code shard-00000.tok}. */
    public static String nameFor(String shard) {
        return shard.replaceFirst("\\.tok$", "") + SUFFIX;
    }

    /**
     * The table of contents of a local shard, to be stored beside it.
     *
     * @param shard a finished shard, which is read completely
     * @throws TokenCacheException if it is damaged or not finished
     * @throws IOException if it cannot be read
     */
    public static byte[] of(Path shard) throws IOException {
        String name = shard.getFileName().toString();
        try (FolderFiles files = new FolderFiles(shard.toAbsolutePath().getParent(), Arena.ofConfined())) {
            return of(files, name);
        }
    }

    /**
     * The table of contents of a shard in any store.
     *
     * @param name name of a finished shard, of which only the headers are read
     * @throws TokenCacheException if it is damaged or not finished
     * @throws IOException if it cannot be read
     */
    public static byte[] of(ShardFiles files, String name) throws IOException {
        Shard found = Shard.open(files, name, null, false, false);
        if (!found.damage().isEmpty()) {
            throw new TokenCacheException("token cache: no table of contents of a damaged shard: "
                    + found.damage().getFirst());
        }
        List<MemorySegment> headers = new ArrayList<>();
        int first = found.entries().isEmpty()
                ? (int) found.bytes()
                : (int) found.entries().getFirst().offset();
        headers.add(files.read(name, 0, first));
        for (Shard.Entry entry : found.entries()) {
            headers.add(files.read(name, entry.offset(), entry.header().bytes()));
        }
        return encode(found, headers);
    }

    /**
     * Whether a shard is as long as its table of contents states. Without a usable table: whether its records follow
     * each other up to its end. Tokens are not read.
     *
     * @param names names of the files beside it
     * @throws IOException if it cannot be read
     */
    public static boolean isWhole(ShardFiles files, String shard, Set<String> names) throws IOException {
        try {
            if (names.contains(nameFor(shard))) {
                ShardContents table = read(files, nameFor(shard));
                if (table != null) {
                    return table.shardBytes() == files.size(shard);
                }
            }
        } catch (MalformedFileException e) {
            // The shard itself decides.
        }
        try {
            return Shard.open(files, shard, null, false, false).damage().isEmpty();
        } catch (TokenCacheException e) {
            return false;
        }
    }

    private static byte[] encode(Shard shard, List<MemorySegment> headers) {
        long bytes = FIXED_BYTES
                + 4
                + 8L * shard.entries().size()
                + headers.stream().mapToLong(MemorySegment::byteSize).sum();
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putInt(VERSION).putInt(shard.entries().size()).putLong(shard.bytes());
        out.put(headers.getFirst().asByteBuffer());
        for (int i = 0; i < shard.entries().size(); i++) {
            out.putLong(shard.entries().get(i).offset());
            out.put(headers.get(i + 1).asByteBuffer());
        }
        return out.putInt(Payload.checksum(out.duplicate().flip())).array();
    }

    /**
     * Reads a table.
     *
     * @return the table; null if it has a later version
     * @throws MalformedFileException if it is damaged
     */
    static @Nullable ShardContents read(ShardFiles files, String name) throws IOException {
        long size = files.size(name);
        String file = files.place() + "/" + name;
        if (size < FIXED_BYTES + 4 || size > Integer.MAX_VALUE) {
            throw damaged(file, 0, "it has " + size + " bytes");
        }
        MemorySegment all = files.read(name, 0, size);
        if (all.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0
                || Payload.checksum(all.asSlice(0, size - 4).asByteBuffer()) != all.get(INT, size - 4)) {
            throw damaged(file, 0, "the bytes do not match their checksum");
        }
        return all.get(INT, 8) == VERSION ? parse(all.asSlice(0, size - 4), file) : null;
    }

    private static ShardContents parse(MemorySegment all, String file) throws IOException {
        int count = all.get(INT, 12);
        ShardHeader header = ShardHeader.parse(all.asSlice(FIXED_BYTES), file);
        if (header == null) {
            throw damaged(file, FIXED_BYTES, "there is no header of a shard");
        }
        long shardBytes = all.get(LONG, 16);
        long at = FIXED_BYTES + header.bytes();
        long end = header.bytes();
        List<Shard.Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RecordHeader record = at + 8 > all.byteSize() ? null : RecordHeader.parse(all, at + 8);
            if (record == null) {
                throw damaged(file, at, "there is no header of record " + i);
            }
            Shard.Entry entry = new Shard.Entry(record, i, all.get(LONG, at));
            if (entry.offset() != end || !record.sizesFit(header.key()) || entry.end() > shardBytes) {
                throw damaged(file, at, "record " + i + " does not follow the one before it");
            }
            entries.add(entry);
            end = entry.end();
            at += 8 + record.bytes();
        }
        if (at != all.byteSize() || end != shardBytes) {
            throw damaged(file, at, "there are more records, or fewer, than the " + count + " that it states");
        }
        return new ShardContents(shardBytes, header, entries);
    }

    private static MalformedFileException damaged(String file, long offset, String detail) {
        return new MalformedFileException(
                file, offset, "bad-contents", detail + ": delete it; the shard is then gone through when it is opened");
    }

    /** Size of the shard that the table describes. */
    long shardBytes() {
        return shardBytes;
    }

    ShardHeader header() {
        return header;
    }

    List<Shard.Entry> entries() {
        return entries;
    }
}
