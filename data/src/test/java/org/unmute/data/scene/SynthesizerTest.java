package org.unmute.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SynthesizerTest {
    /** The bits must not depend on the machine, the JDK or the compiler; these hashes were stored once. */
    private static final Map<Sound, String> STORED = new EnumMap<>(Map.of(
            Sound.SIREN, "3770ca8e1a32ebe71a26dd14870746fd5c1056a10db8d3fe7d273b0edbb4d7ff",
            Sound.BIRD_CHIRP, "fa93d336cd10139a4dba7827f7bf98618aad4eb1e3a3b18ab65e8a76420476f3",
            Sound.DOG_BARK, "4dd6910befd9f83e2d8cc12fd85ddc4da09b06156044501c5531ad38efc68f1c",
            Sound.KNOCK, "7cacc1f2b20c030432a341f30dc7c00c932313f40919f2f7e8e2e51a91f101c5",
            Sound.RAIN, "98d037d6df0657bd21e1a856cbdba313a377bbdd1b2287832f74cbdd81cd7ecc",
            Sound.ENGINE, "7c3fcafda6b07d914d42666b5a97c68ae729dbf2144651a29ac456ba4045a445",
            Sound.BELL, "52c872caafb42ebf8b0c517f1f34db4f72600bca275945146376f41996f60493",
            Sound.ALARM, "1b3853f8720201b1bfa6f2f62bd2607b1d10844978ebc44436f8b5a220992d17",
            Sound.WHISTLE, "5abceb654683a816dbe8bffd5245a02e2f860951798b7078a9b650a6b6491d17",
            Sound.CRACKLE, "ca6b82647bc6d6190a3f18df20ec6326ac38d720fc6de1a14f78d2a26e0dd80e"));

    @ParameterizedTest
    @EnumSource(Sound.class)
    void sameSeedGivesTheStoredBits(Sound sound) {
        assertThat(SampleHash.of(Synthesizer.event(sound, 1234))).isEqualTo(STORED.get(sound));
    }

    @ParameterizedTest
    @EnumSource(Sound.class)
    void everySeedGivesAnotherAudibleSoundWithinRange(Sound sound) {
        Set<String> hashes = new HashSet<>();
        Set<Integer> lengths = new HashSet<>();
        for (int seed = 0; seed < 40; seed++) {
            float[] x = Synthesizer.event(sound, seed);
            float peak = 0;
            for (float v : x) {
                peak = Math.max(peak, Math.abs(v));
            }
            assertThat(peak).isGreaterThan(0.89f).isLessThanOrEqualTo(0.9001f);
            assertThat(x.length / 16000.0).isBetween(0.3, 5.5);
            assertThat(Dsp.rms(x, 0, x.length)).isGreaterThan(0.005);
            hashes.add(SampleHash.of(x));
            lengths.add(x.length);
        }
        assertThat(hashes).hasSize(40);
        assertThat(lengths).hasSizeGreaterThan(20);
    }

    @Test
    void harmonicsEqualTheirDirectSum() {
        double[] amplitudes = {1, 0.5, -0.25, 0.125};
        Dsp.Harmonics tone = new Dsp.Harmonics(amplitudes);
        double phase = 0;
        for (int i = 0; i < 5000; i++) {
            double frequency = 200 + 0.2 * i;
            phase += 2 * Math.PI * frequency / 16000;
            double sum = 0;
            for (int k = 0; k < amplitudes.length; k++) {
                sum += amplitudes[k] * Math.sin((k + 1) * phase);
            }
            assertThat(tone.next(frequency)).isCloseTo(sum, offset(1e-9));
        }
    }

    @Test
    void noiseHasMeanZeroAndVarianceOne() {
        SceneRandom random = new SceneRandom(5);
        double sum = 0;
        double squares = 0;
        int n = 200_000;
        for (int i = 0; i < n; i++) {
            double v = random.noise();
            sum += v;
            squares += v * v;
        }
        // Five standard errors: 5 / sqrt(n) for the mean; the fourth moment of this noise is 2.7, so sqrt(1.7 / n) for
        // the variance.
        assertThat(sum / n).isBetween(-0.0112, 0.0112);
        assertThat(squares / n).isBetween(1 - 0.0146, 1 + 0.0146);
    }
}
