package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheException;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/** A cache that is read through Hadoop behaves like any other. */
class HadoopShardFilesTest {
    private static final int CLIPS = 60;

    @TempDir
    Path temp;

    private static final CacheKey KEY = new CacheKey("sample", "hash", "front end", "hash of it", DType.F16);

    private final Configuration configuration = new Configuration();

    @BeforeEach
    void write() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        try (TokenCacheWriter writer = TokenCacheWriter.open(temp.resolve("tokens"), KEY, CacheOptions.DEFAULT)) {
            for (int i = 0; i < CLIPS; i++) {
                float[] tokens = new float[2 * 3 * 4];
                for (int j = 0; j < tokens.length; j++) {
                    tokens[j] = random.nextInt(1000) / 64f;
                }
                String clip = "_odd folder_/a:b#" + i + " é.wav";
                TokenMap map = new TokenMap(2, 3, 4, tokens, new float[] {1, 2, 3, random.nextInt(9)});
                writer.append(clip, Sha256.of(clip), new Features(map));
            }
        }
    }

    private HadoopShardFiles files(String folder) throws IOException {
        return new HadoopShardFiles("file:" + temp.resolve(folder), configuration);
    }

    private TokenCache open() throws IOException {
        return TokenCache.open(files("tokens"), KEY);
    }

    @Test
    void aProbeThatIsTrainedOnItIsTheSameToTheByte() throws IOException {
        byte[] here;
        byte[] there;
        try (TokenCache cache = TokenCache.open(temp.resolve("tokens"))) {
            here = trained(cache, temp.resolve("here.safetensors"));
        }
        try (TokenCache cache = open()) {
            there = trained(cache, temp.resolve("there.safetensors"));
        }
        assertThat(there).isEqualTo(here);
    }

    private static byte[] trained(TokenCache cache, Path file) throws IOException {
        List<String> ids = cache.clips().stream().map(CachedClip::id).sorted().toList();
        float[] targets = new float[2 * ids.size()];
        for (int i = 0; i < ids.size(); i++) {
            targets[2 * i + (ids.get(i).hashCode() & 1)] = 1;
        }
        Probe probe = Probes.create(ScalarBackend.INSTANCE, "linear", 4, 2, true, ProbeOptions.DEFAULTS, 7);
        TrainingSettings settings =
                TrainingSettings.paper("linear").withEpochs(2).withBatch(8).withSeed(7);
        ProbeTrainer.train(probe, new TokenSet(TokenSource.of(cache, ids), targets, 2), settings)
                .trained(
                        probe,
                        List.of("dog", "cat"),
                        true,
                        settings.objective(),
                        cache.key().encoderHash(),
                        cache.key().frontEndHash())
                .save(file);
        return Files.readAllBytes(file);
    }

    @Test
    void manyThreadsRead() throws Exception {
        try (TokenCache cache = open();
                TokenCache local = TokenCache.open(temp.resolve("tokens"));
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<CachedClip> clips = cache.clips();
            assertThat(clips).isEqualTo(local.clips());
            List<Callable<Void>> jobs = IntStream.range(0, 400)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        String id = clips.get(i * 31 % clips.size()).id();
                        assertThat(cache.read(id).tokens())
                                .isEqualTo(local.read(id).tokens());
                        return null;
                    })
                    .toList();
            for (Future<Void> done : threads.invokeAll(jobs)) {
                done.get();
            }
        }
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        try (HadoopShardFiles files = files("tokens")) {
            assertFails(NoSuchFileException.class, () -> files.size("shard-00099.tok"), "/tokens/shard-00099.tok");
            assertThatThrownBy(() -> files.read("shard-00000.tok", files.size("shard-00000.tok") - 1, 2))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("read 2 bytes at byte ", "/tokens/shard-00000.tok");
        }
        HadoopShardFiles nowhere = files("nowhere");
        assertThat(nowhere.list()).isEmpty();
        assertThatThrownBy(() -> TokenCache.open(nowhere, null))
                .isInstanceOf(TokenCacheException.class)
                .hasMessageContaining("no shards in file:" + temp + "/nowhere");
    }
}
