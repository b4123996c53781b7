package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheException;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/** Readers of files that this program writes: shards, probes, journals, and training checkpoints. */
final class StoreTargets {
    private static final String SHARD = "shard-00000.tok";
    private static final CacheKey KEY = new CacheKey("encoder", "hash", "front end", "hash of it", DType.F16);

    private StoreTargets() {}

    static List<FuzzTarget> all() {
        return List.of(
                FuzzTarget.onDisk(
                                "shard",
                                SHARD,
                                files -> List.of(shard(files, KEY), shard(files, KEY.withLayers(2))),
                                StoreTargets::readCache,
                                StoreTargets::recoverCache)
                        .repairedBy(Checksums::shard),
                FuzzTarget.onDisk(
                                "probe",
                                "input.safetensors",
                                StoreTargets::probes,
                                input -> TrainedProbe.load(input.file(), ScalarBackend.INSTANCE),
                                input -> PackedProtobin.load(input.file()))
                        .repairedBy(Checksums::digest),
                FuzzTarget.onDisk(
                                "training-checkpoint",
                                "input.safetensors",
                                files -> List.of(files.made("c.safetensors", CheckpointFile::write)),
                                input -> CheckpointFile.read(input.file()))
                        .repairedBy(Checksums::digest),
                FuzzTarget.onDisk(
                                "event-journal",
                                "input.log",
                                files -> List.of(files.made("events.log", DetectionFiles::writeJournal)),
                                input -> DetectionFiles.journal(input.file()))
                        .repairedBy(Checksums::events),
                FuzzTarget.onDisk(
                                "reading-notes",
                                "input.log",
                                files -> List.of(files.made("notes.log", DetectionFiles::writeNotes)),
                                input -> DetectionFiles.notes(input.file()))
                        .repairedBy(Checksums::notes),
                FuzzTarget.onDisk(
                        "cell-journals",
                        "input.jsonl",
                        StoreTargets::journals,
                        input -> CellFiles.trials(input.file()),
                        input -> CellFiles.reruns(input.file()),
                        input -> CellFiles.epochs(input.file())),
                FuzzTarget.onDisk(
                        "cell-settings",
                        "input.txt",
                        _ -> TableTargets.texts("probe=linear\nseeds=1 2\n"),
                        input -> CellFiles.settings(input.file())));
    }

    private static byte[] shard(SeedFiles files, CacheKey key) throws IOException {
        return files.made("cache-" + key.layers() + "/" + SHARD, file -> writeShard(file, key));
    }

    static void writeShard(Path file, boolean layers) throws IOException {
        writeShard(file, layers ? KEY.withLayers(2) : KEY);
    }

    private static void writeShard(Path file, CacheKey key) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(file.getParent(), key, CacheOptions.DEFAULT)) {
            for (int clip = 0; clip < 3; clip++) {
                float[] cls = clip == 1 ? new float[] {1, 2} : null;
                TokenMap map = new TokenMap(2, 2, 2, new float[] {1, -1, 0.5f, 2, 3, 4, 5, clip}, cls);
                List<TokenMap> layers = key.layers() == 0 ? List.of() : List.of(map, map);
                writer.append("clip " + clip, "0" + clip + "ab".repeat(31), new Features(map, layers, null));
            }
        }
    }

    /** Reads all intact records; a damaged one does not prevent reading the others. */
    private static void readCache(FuzzTarget.Input input) throws IOException {
        try (TokenCache cache = TokenCache.open(input.file().getParent())) {
            cache.verify().forEach(Object::toString);
            TokenCacheException damaged = null;
            for (CachedClip clip : cache.clips()) {
                try {
                    cache.readFeatures(clip.id());
                } catch (TokenCacheException e) {
                    damaged = e;
                }
            }
            if (damaged != null) {
                throw damaged;
            }
        }
    }

    /** Opens a writer, which rebuilds a damaged shard; the result must be intact. */
    private static void recoverCache(FuzzTarget.Input input) throws IOException {
        Path folder = input.file().getParent();
        int clips;
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, KEY, CacheOptions.DEFAULT)) {
            clips = writer.clips();
        }
        if (clips > 0) {
            try (TokenCache cache = TokenCache.open(folder, KEY)) {
                if (!cache.verify().isEmpty() || cache.clips().size() != clips) {
                    throw new AssertionError(
                            "recovered " + clips + " clips, then read " + cache.clips() + " with " + cache.verify());
                }
            }
        }
    }

    private static List<byte[]> probes(SeedFiles files) throws IOException {
        TrainedProbe protobin = trained("protobin", ProbeOptions.parse("prototypes=2"));
        return List.of(
                files.made("linear.safetensors", trained("linear", ProbeOptions.DEFAULTS)::save),
                files.made("protobin.safetensors", protobin::save),
                files.made("packed.safetensors", PackedProtobin.pack(protobin)::save));
    }

    private static TrainedProbe trained(String name, ProbeOptions options) {
        Probe probe = Probes.create(ScalarBackend.INSTANCE, name, 4, 2, false, options, 1);
        return new TrainedProbe(probe, List.of("dog", "cat"), false, false, null, "hash", "hash of it");
    }

    private static List<byte[]> journals(SeedFiles files) throws IOException {
        String epoch = "{\"epoch\":1,\"loss\":0.5,\"validation\":null,\"rate\":0.001,\"seconds\":2}";
        List<byte[]> all = TableTargets.texts(
                "{\"rank\":0,\"trial\":3,\"fold\":0,\"seed\":1,\"epochs\":[" + epoch
                        + "],\"validation\":0.75,\"seconds\":4.5,\"clipsPerSecond\":null}\n",
                epoch + "\n" + epoch + "\n");
        byte[] trials = files.made("trials.jsonl", CellFiles::writeTrials);
        all.add(trials);
        // Lines of earlier versions have no checksum, which would reject nearly every modification.
        String text = new String(trials, StandardCharsets.UTF_8);
        all.addAll(TableTargets.texts(text.replaceAll(",\"crc32c\":\"[0-9a-f]{8}\"", "")));
        return all;
    }
}
