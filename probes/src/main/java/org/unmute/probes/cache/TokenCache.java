package org.unmute.probes.cache;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.files.FolderFiles;
import org.unmute.probes.cache.files.ShardFiles;
import org.unmute.tensor.DType;

/**
 * Reads a token cache, either memory-mapped or in ranges through {@link ShardFiles}. A reader sees the records that
 * were complete when it opened the cache; a writer may append at the same time. Any number of threads may read; close
 * the cache when all are done. Every read verifies the record's checksum.
 */
public final class TokenCache implements AutoCloseable {
    private static final int ASSUMED_CLIP_ID_BYTES = 64;
    private static final int OPENED_AT_ONCE = 16;

    private final ShardFiles files;
    private final CacheKey key;
    private final Map<String, Location> clips;
    private final List<Shard> shards;
    private final List<Damage> damage;
    private final SequencedMap<String, String> missing;

    private record Location(Shard shard, Shard.Entry entry) {
        CachedClip clip() {
            return shard.clip(entry);
        }
    }

    private TokenCache(ShardFiles files, CacheKey key, List<Shard> shards, SequencedMap<String, String> missing) {
        this.files = files;
        this.missing = missing;
        this.key = key;
        this.shards = List.copyOf(shards);
        clips = new LinkedHashMap<>();
        for (Shard shard : shards) {
            for (Shard.Entry entry : shard.entries()) {
                clips.put(entry.header().clip(), new Location(shard, entry));
            }
        }
        damage = shards.stream().flatMap(shard -> shard.damage().stream()).toList();
    }

    /** Opens a cache with any key; {@link #key()} returns it. */
    public static TokenCache open(Path folder) throws IOException {
        return open(folder, null);
    }

    /**
     * Opens a cache. Damaged records are left out and listed by {@link #damage()}; reading needs no lock.
     *
     * @param expected the key it must have, or null for any
     * @throws TokenCacheException if the folder has no shard, one of another key, or one whose header is damaged
     */
    public static TokenCache open(Path folder, @Nullable CacheKey expected) throws IOException {
        return open(new FolderFiles(folder, Arena.ofShared()), expected, true, TokenCache::oneByOne);
    }

    /**
     * Opens the shards that are present, even if the manifest names others; {@link #missing()} lists those.
     *
     * @throws TokenCacheException if the folder has no shard, or one whose header is damaged
     */
    public static TokenCache openWhatIsThere(Path folder) throws IOException {
        return open(new FolderFiles(folder, Arena.ofShared()), null, false, TokenCache::oneByOne);
    }

    /**
     * Opens a cache in any store. Shards are opened by their {@linkplain ShardContents tables of contents}, several at
     * a time.
     *
     * @param files closed with the cache, or if it cannot be opened
     * @param expected the key it must have, or null for any
     * @throws TokenCacheException as {@link #open(Path, CacheKey)}, and if a file of the manifest is missing
     * @throws IOException if the files cannot be read
     */
    public static TokenCache open(ShardFiles files, @Nullable CacheKey expected) throws IOException {
        return open(files, expected, true, TokenCache::severalAtOnce);
    }

    private interface Opening {
        List<Shard> open(ShardFiles files, Shard.Listing listing, @Nullable CacheKey expected) throws IOException;
    }

    private static TokenCache open(ShardFiles files, @Nullable CacheKey expected, boolean whole, Opening opening)
            throws IOException {
        try {
            Shard.Listing listing = Shard.list(files);
            if (whole || listing.shards().isEmpty()) {
                listing.requireWhole(files.place());
            }
            if (listing.shards().isEmpty()) {
                throw new TokenCacheException(
                        "token cache: no shards in " + files.place() + ": embed recordings into it first");
            }
            List<Shard> shards = opening.open(files, listing, expected);
            CacheKey key = expected == null ? shards.getLast().key() : expected;
            if (key == null) {
                throw new TokenCacheException(
                        "token cache: " + files.place() + " holds no finished shard: run the embedding again on it");
            }
            return new TokenCache(files, key, shards, listing.missing());
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private static List<Shard> oneByOne(ShardFiles files, Shard.Listing listing, CacheKey expected) throws IOException {
        List<Shard> shards = new ArrayList<>();
        CacheKey key = expected;
        for (String name : listing.shards()) {
            Shard shard = Shard.open(files, name, key, listing.mayBeUnfinished(name), false);
            key = shard.key();
            shards.add(shard);
        }
        return shards;
    }

    /** Opens one shard to learn the key, then the others with several requests in flight. */
    private static List<Shard> severalAtOnce(ShardFiles files, Shard.Listing listing, @Nullable CacheKey expected)
            throws IOException {
        List<Shard> shards = new ArrayList<>();
        shards.add(Shard.openByContents(files, listing.shards().getFirst(), listing, expected));
        CacheKey key = shards.getFirst().key();
        List<String> others = listing.shards().subList(1, listing.shards().size());
        try (ExecutorService threads =
                Executors.newFixedThreadPool(OPENED_AT_ONCE, Thread.ofVirtual().factory())) {
            List<Callable<Shard>> jobs = new ArrayList<>();
            for (String name : others) {
                jobs.add(() -> Shard.openByContents(files, name, listing, key));
            }
            for (Future<Shard> opened : threads.invokeAll(jobs)) {
                shards.add(opened.get());
            }
            return shards;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                default -> throw new IOException("token cache: cannot open " + files.place(), e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("token cache: opening " + files.place() + " was interrupted");
        }
    }

    /**
     * Estimated size in bytes of a cache whose clips have one grid, including shard headers, if clip ids have 64 bytes.
     *
     * @param clips number of clips
     * @param time steps in time
     * @param freq steps in frequency
     * @param dim values per token
     * @param cls whether a cls token is stored
     * @param layers number of layers stored in addition to the last
     * @param dtype {@link DType#F16} or {@link DType#F32}
     * @throws ArithmeticException if the size exceeds 2^63 bytes
     */
    public static long estimate(long clips, int time, int freq, int dim, boolean cls, int layers, DType dtype) {
        long record = RecordHeader.FIXED_BYTES
                + ASSUMED_CLIP_ID_BYTES
                + 4
                + Payload.bytes(time, freq, dim, cls, layers, dtype);
        long records = Math.multiplyExact(clips, record);
        long perShard = Math.max(1, CacheOptions.DEFAULT.shardBytes() / record);
        return Math.addExact(records, Math.multiplyExact((clips + perShard - 1) / perShard, 256L));
    }

    /** The encoder, front end and element type of all records. */
    public CacheKey key() {
        return key;
    }

    /** The clips, in the order of their first record. A clip that was embedded again has its newest record. */
    public List<CachedClip> clips() {
        return clips.values().stream().map(Location::clip).toList();
    }

    /** The record of a clip, if there is one. */
    public Optional<CachedClip> find(String clipId) {
        return Optional.ofNullable(clips.get(clipId)).map(Location::clip);
    }

    /** Damage found on opening: damaged headers and unfinished ends. {@link #verify} also checks the tokens. */
    public List<Damage> damage() {
        return damage;
    }

    /**
     * Shards that the manifest names but that are absent or have another size, each with the problem. Only {@link
     * #openWhatIsThere} opens such a cache.
     */
    public SequencedMap<String, String> missing() {
        return Collections.unmodifiableSequencedMap(missing);
    }

    /** Total size of all shards. */
    public long bytes() {
        return shards.stream().mapToLong(Shard::bytes).sum();
    }

    /**
     * Reads the last layer's tokens of one clip.
     *
     * @throws TokenCacheException if there is no such clip or its record is damaged
     */
    public TokenMap read(String clipId) throws IOException {
        Location at = locate(clipId);
        return map(at.clip(), payload(at), 0);
    }

    /** Reads some rows of one clip as {@link #read} does, up to before {@code to}, without cls token and padding. */
    public TokenMap readRows(String clipId, int from, int to) throws IOException {
        Location at = locate(clipId);
        CachedClip clip = at.clip();
        float[] tokens = new float[clip.valuesOf(to) - clip.valuesOf(from)];
        Payload.get(payload(at), clip.valuesOf(from), tokens.length, tokens, 0, key.dtype());
        return new TokenMap(to - from, clip.freq(), clip.dim(), tokens, null);
    }

    /**
     * Reads the tokens of one clip, for all layers that the cache holds.
     *
     * @throws TokenCacheException if there is no such clip or its record is damaged
     */
    public Features readFeatures(String clipId) throws IOException {
        Location at = locate(clipId);
        MemorySegment payload = payload(at);
        List<TokenMap> layers = IntStream.rangeClosed(1, key.layers())
                .mapToObj(l -> map(at.clip(), payload, l))
                .toList();
        return new Features(map(at.clip(), payload, 0), layers, null);
    }

    /** @param index 0 for the last layer; from 1 on, the layers in order */
    private TokenMap map(CachedClip clip, MemorySegment payload, int index) {
        float[] tokens = new float[clip.tokenValues()];
        float[] cls = clip.hasCls() ? new float[clip.dim()] : null;
        get(clip, payload, index, clip.time(), tokens, 0, cls, 0);
        return new TokenMap(clip.time(), clip.freq(), clip.dim(), tokens, cls, clip.padding());
    }

    private void get(
            CachedClip clip,
            MemorySegment payload,
            int index,
            int rows,
            float[] tokens,
            int tokensAt,
            float @Nullable [] cls,
            int clsAt) {
        int from = Math.toIntExact(index * Payload.map(clip.time(), clip.freq(), clip.dim(), clip.hasCls()));
        Payload.get(payload, from, clip.valuesOf(rows), tokens, tokensAt, key.dtype());
        if (clip.hasCls()) {
            Payload.get(payload, from + clip.tokenValues(), clip.dim(), cls, clsAt, key.dtype());
        }
    }

    /**
     * Reads the tokens of all {@link CacheKey#layers() layers} of one clip into larger arrays. Layer l goes to {@code
     * tokensAt + l * tokensStep} and {@code clsAt + l * clsStep}.
     *
     * @param rows number of rows to read, from the first on
     * @param tokens {@code [rows*freq, dim]} for each layer. Modified.
     * @param cls {@code [dim]} for each layer; may be null for a clip without cls token. Modified.
     * @return the record that was read
     * @throws TokenCacheException if there is no such clip, its record is damaged, or the cache has the last layer only
     * @throws IndexOutOfBoundsException if an array is too short, or the clip has fewer rows
     */
    public CachedClip readLayersInto(
            String clipId,
            int rows,
            float[] tokens,
            int tokensAt,
            int tokensStep,
            float @Nullable [] cls,
            int clsAt,
            int clsStep)
            throws IOException {
        if (key.layers() == 0) {
            throw new TokenCacheException("token cache: " + files.place()
                    + " holds the tokens of the last layer only: embed with layers into " + "another folder");
        }
        Location at = locate(clipId);
        CachedClip clip = at.clip();
        MemorySegment payload = payload(at);
        for (int l = 0; l < key.layers(); l++) {
            get(clip, payload, l + 1, rows, tokens, tokensAt + l * tokensStep, cls, clsAt + l * clsStep);
        }
        return clip;
    }

    /**
     * Reads all tokens of one clip; see {@link #readInto(String, int, float[], int, float[], int)}.
     *
     * @throws TokenCacheException if there is no such clip or its record is damaged
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public CachedClip readInto(String clipId, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
        return readInto(clipId, locate(clipId).clip().time(), tokens, tokensAt, cls, clsAt);
    }

    /**
     * Reads the tokens of one clip, and its cls token if it has one, into larger arrays. The checksum is verified once.
     *
     * @param rows number of rows to read, from the first on
     * @param tokens {@code [rows*freq, dim]}. Modified from {@code tokensAt} on.
     * @param cls {@code [dim]}; may be null for a clip without cls token. Modified from {@code clsAt} on.
     * @return the record that was read
     * @throws TokenCacheException if there is no such clip or its record is damaged
     * @throws IndexOutOfBoundsException if an array is too short, or the clip has fewer rows
     */
    public CachedClip readInto(String clipId, int rows, float[] tokens, int tokensAt, float @Nullable [] cls, int clsAt)
            throws IOException {
        Location at = locate(clipId);
        get(at.clip(), payload(at), 0, rows, tokens, tokensAt, cls, clsAt);
        return at.clip();
    }

    /**
     * As {@link #readInto(String, int, float[], int, float[], int)}, but with tokens in float16 as stored.
     *
     * @throws TokenCacheException if there is no such clip or its record is damaged
     * @throws IllegalStateException if the cache holds float32
     * @throws IndexOutOfBoundsException if an array is too short, or the clip has fewer rows
     */
    public CachedClip readHalvesInto(String clipId, int rows, short[] tokens, int tokensAt, float[] cls, int clsAt)
            throws IOException {
        if (key.dtype() != DType.F16) {
            throw new IllegalStateException("token cache: " + files.place() + " holds " + key.dtype() + ", not F16");
        }
        Location at = locate(clipId);
        CachedClip clip = at.clip();
        MemorySegment payload = payload(at);
        Payload.getHalves(payload, clip.valuesOf(rows), tokens, tokensAt);
        if (clip.hasCls()) {
            Payload.get(payload, clip.tokenValues(), clip.dim(), cls, clsAt, key.dtype());
        }
        return clip;
    }

    /** Checks the tokens of every record as well, and returns all damage. Changes nothing; a writer repairs it. */
    public List<Damage> verify() throws IOException {
        List<Damage> found = new ArrayList<>(damage);
        for (Shard shard : shards) {
            for (Shard.Entry entry : shard.entries()) {
                if (!shard.isIntact(entry)) {
                    found.add(shard.payloadDamage(entry));
                }
            }
        }
        return List.copyOf(found);
    }

    /** Unmaps the shards, or closes the store that serves them. No thread may be reading. */
    @Override
    public void close() {
        files.close();
    }

    private Location locate(String clipId) throws TokenCacheException {
        Location at = clips.get(clipId);
        if (at == null) {
            throw new TokenCacheException("token cache: clip '" + clipId + "' is not in " + files.place() + " ("
                    + clips.size() + " clips): embed it first");
        }
        return at;
    }

    private MemorySegment payload(Location at) throws IOException {
        MemorySegment payload = at.shard.intactPayload(at.entry);
        if (payload == null) {
            throw new TokenCacheException("token cache: " + files.place() + ": " + at.shard.payloadDamage(at.entry)
                    + ": run the embedding again on this folder to rebuild it");
        }
        return payload;
    }
}
