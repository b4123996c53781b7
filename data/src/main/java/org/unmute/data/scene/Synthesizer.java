package org.unmute.data.scene;

import org.unmute.data.scene.Dsp.Biquad;

/**
 * Synthesizes single sounds of ten classes from a seed, without recordings. Pitch, rate, length, decay, colour and the
 * "microphone" (tilt and a few early reflections) vary with the seed. A sound is a pure function of class and seed,
 * bit-identical on every machine.
 */
public final class Synthesizer {
    /** Sample rate of all synthesized sounds, in Hz. */
    public static final int SAMPLE_RATE = 16000;

    private Synthesizer() {}

    /**
     * One event of a class, about 0.3 to 5 s long, starting at its onset, mono at {@value #SAMPLE_RATE} Hz.
     *
     * @return samples `[length]` in [-1, 1] with a peak of 0.9
     */
    public static float[] event(Sound sound, long seed) {
        double[] x = render(sound, seed);
        double peak = Dsp.peak(x);
        float[] out = new float[x.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (x[i] * 0.9 / peak);
        }
        return out;
    }

    /** The event in double precision, before its level is normalized. */
    static double[] render(Sound sound, long seed) {
        SceneRandom random = new SceneRandom(SceneRandom.mix(seed) ^ sound.ordinal() * 0x632BE59BD9B4E019L);
        TonalSounds tonal = new TonalSounds(random);
        NoiseSounds noisy = new NoiseSounds(random);
        double[] dry = switch (sound) {
            case SIREN -> tonal.siren();
            case BIRD_CHIRP -> tonal.birdChirp();
            case DOG_BARK -> noisy.dogBark();
            case KNOCK -> noisy.knock();
            case RAIN -> noisy.rain();
            case ENGINE -> tonal.engine();
            case BELL -> tonal.bell();
            case ALARM -> tonal.alarm();
            case WHISTLE -> tonal.whistle();
            case CRACKLE -> noisy.crackle();
        };
        return place(dry, random);
    }

    /** The recording situation: a spectral tilt and up to four early reflections. */
    private static double[] place(double[] dry, SceneRandom random) {
        double distance = random.uniform(0, 1);
        if (random.chance(0.5)) {
            Biquad.lowPass(random.logUniform(2500, 7500), 0.6).apply(dry);
        } else {
            Biquad.highPass(random.logUniform(30, 250), 0.6).apply(dry);
        }
        double[] wet = new double[dry.length + SAMPLE_RATE / 10];
        Dsp.addAt(wet, dry, 0, 1);
        int reflections = random.between(0, 4);
        for (int r = 0; r < reflections; r++) {
            int delay = random.between(SAMPLE_RATE / 200, SAMPLE_RATE / 11);
            Dsp.addAt(wet, dry, delay, distance * random.uniform(-0.5, 0.5));
        }
        return wet;
    }
}
