package org.unmute.probes.vector;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.unmute.files.MalformedFileException;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/**
 * What the vectors of an index are of. Written as float64 {@code seconds}, int32 {@code dim}, the four numbers of
 * {@code
 * times}, {@code digest}, the number of clips and, for each, its id, its rows and its vectors; texts are an int32
 * length
 * and UTF-8.
 *
 * @param seconds length of the stretch that a vector is the mean of
 * @param dim entries of a vector
 * @param times of the rows of the tokens
 * @param digest of the cache from which it was made ({@link #digest(TokenCache)})
 * @param clips the clips in the order of their vectors
 */
public record VectorIndexHead(double seconds, int dim, RowTimes times, String digest, List<Clip> clips) {
    /**
     * A clip.
     *
     * @param id of the clip
     * @param rows of its tokens that are sound
     * @param vectors number of its vectors, one for each of its {@link RowStretches}
     */
    public record Clip(String id, int rows, int vectors) {}

    /** Copies the list. */
    public VectorIndexHead {
        clips = List.copyOf(clips);
    }

    /** The head of an index of this cache. */
    public static VectorIndexHead of(TokenCache cache, RowTimes times, double seconds) {
        List<CachedClip> cached = cache.clips();
        int dim = cached.isEmpty() ? 1 : cached.getFirst().dim();
        List<Clip> clips = cached.stream()
                .map(c -> new Clip(c.id(), c.sound(), RowStretches.borders(times, c.sound(), seconds).length - 1))
                .toList();
        return new VectorIndexHead(seconds, dim, times, digest(cache), clips);
    }

    /** A digest of what determines a cache's tokens: its key and its clips with the digests of their recordings. */
    public static String digest(TokenCache cache) {
        StringBuilder all = new StringBuilder(cache.key().encoderHash())
                .append(' ')
                .append(cache.key().frontEndHash())
                .append(' ')
                .append(cache.key().dtype());
        for (CachedClip clip : cache.clips()) {
            all.append('\n').append(clip.id()).append(' ').append(clip.audioSha256());
            all.append(' ')
                    .append(clip.time())
                    .append(' ')
                    .append(clip.freq())
                    .append(' ')
                    .append(clip.padding());
        }
        return Sha256.of(all.toString());
    }

    /** Number of vectors. */
    public long count() {
        return clips.stream().mapToLong(Clip::vectors).sum();
    }

    byte[] encode() {
        List<byte[]> ids =
                clips.stream().map(c -> c.id().getBytes(StandardCharsets.UTF_8)).toList();
        byte[] digestBytes = digest.getBytes(StandardCharsets.UTF_8);
        long bytes = 36L
                + digestBytes.length
                + ids.stream().mapToLong(id -> 12L + id.length).sum();
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        out.putDouble(seconds).putInt(dim).putInt(times.sampleRate()).putInt(times.rowSamples());
        out.putInt(times.hopSamples()).putInt(times.hopRows());
        out.putInt(digestBytes.length).put(digestBytes).putInt(clips.size());
        for (int i = 0; i < ids.size(); i++) {
            out.putInt(ids.get(i).length).put(ids.get(i));
            out.putInt(clips.get(i).rows()).putInt(clips.get(i).vectors());
        }
        return out.array();
    }

    /** @throws MalformedFileException if the bytes are no head although their checksum matches */
    static VectorIndexHead decode(ByteBuffer in, String file, long offset) throws MalformedFileException {
        try {
            double seconds = in.getDouble();
            int dim = in.getInt();
            RowTimes times = new RowTimes(in.getInt(), in.getInt(), in.getInt(), in.getInt());
            String digest = text(in);
            int count = in.getInt();
            List<Clip> clips = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Clip clip = new Clip(text(in), in.getInt(), in.getInt());
                if (clip.rows() < 1 || clip.vectors() < 1 || clip.vectors() > clip.rows()) {
                    throw new IllegalArgumentException(
                            "clip " + i + " has " + clip.vectors() + " vectors of " + clip.rows() + " rows");
                }
                clips.add(clip);
            }
            if (!(seconds > 0) || dim < 1 || dim > 1 << 20 || in.hasRemaining()) {
                throw new IllegalArgumentException("vectors of " + dim + " values every " + seconds + " s");
            }
            return new VectorIndexHead(seconds, dim, times, digest, clips);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new MalformedFileException(file, offset, "head", "" + e.getMessage());
        }
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
