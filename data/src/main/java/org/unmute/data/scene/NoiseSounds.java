package org.unmute.data.scene;

import org.unmute.data.scene.Dsp.Biquad;
import org.unmute.data.scene.Dsp.Harmonics;

/** Recipes of the noisy and impulsive classes and of the background. Each draws its random numbers in a fixed order. */
final class NoiseSounds extends SoundRecipes {
    NoiseSounds(SceneRandom random) {
        super(random);
    }

    /** Bursts of a rough, falling voice through two formants. */
    double[] dogBark() {
        int barks = random.between(1, 4);
        double pitch = random.logUniform(180, 620);
        double length = random.uniform(0.08, 0.26);
        double gap = random.uniform(0.1, 0.4);
        double throat = random.logUniform(450, 1200);
        double mouth = throat * random.uniform(1.7, 2.6);
        double rasp = random.uniform(0.2, 0.9);
        double[] harmonics = new double[12];
        for (int k = 0; k < harmonics.length; k++) {
            harmonics[k] = StrictMath.pow(k + 1, -0.6);
        }
        double[] out = new double[samples(barks * (length * 1.25 + gap * 1.3))];
        double at = 0;
        for (int b = 0; b < barks; b++) {
            double[] bark = new double[samples(length * random.uniform(0.8, 1.2))];
            Harmonics voice = new Harmonics(harmonics);
            Biquad first = Biquad.bandPass(throat, 2.5);
            Biquad second = Biquad.bandPass(mouth, 3);
            for (int i = 0; i < bark.length; i++) {
                double x = i / (double) bark.length;
                double source = voice.next(pitch * (1 + 0.5 * x * (1 - x) * 4 - 0.35 * x)) + rasp * 2 * random.noise();
                double envelope = Math.min(1, x * 12) * StrictMath.exp(-3.5 * x);
                bark[i] = envelope * (first.next(source) + 0.7 * second.next(source) + 0.08 * source);
            }
            Dsp.fade(bark, 0, bark.length / 5);
            Dsp.addAt(out, bark, samples(at), random.uniform(0.6, 1));
            at += length + gap * random.uniform(0.7, 1.3);
        }
        return out;
    }

    /** Impacts on a solid surface in a loose rhythm: knocking or footsteps. */
    double[] knock() {
        int blows = random.between(2, 7);
        double interval = random.logUniform(0.12, 0.45);
        double unsteady = random.uniform(0, 0.2);
        double body = random.logUniform(110, 750);
        double decay = random.logUniform(0.012, 0.07);
        double click = random.uniform(0.05, 0.6);
        double[] blow = new double[samples(8 * decay)];
        for (int mode = 0; mode < 4; mode++) {
            double f = body * (1 + mode * random.uniform(0.5, 0.95));
            double level = random.uniform(0.3, 1) / (1 + mode);
            for (int i = 0; i < blow.length; i++) {
                double t = i / (double) Dsp.RATE;
                blow[i] += level * StrictMath.exp(-t / decay * (1 + 0.4 * mode)) * StrictMath.sin(Dsp.TWO_PI * f * t);
            }
        }
        for (int i = 0; i < Math.min(blow.length, samples(0.006)); i++) {
            blow[i] += click * random.noise() * (1 - i / (double) samples(0.006));
        }
        Dsp.fade(blow, 0, blow.length / 4);
        double[] out = new double[samples(blows * interval * (1 + unsteady)) + blow.length];
        double at = 0;
        for (int b = 0; b < blows; b++) {
            Dsp.addAt(out, blow, samples(at), random.uniform(0.5, 1));
            at += interval * (1 + random.uniform(-unsteady, unsteady));
        }
        return out;
    }

    /** Steady coloured noise with individual drops on top. */
    double[] rain() {
        double[] out = new double[samples(random.uniform(1.3, 2.8))];
        Biquad low = Biquad.highPass(random.logUniform(300, 2200), 0.7);
        Biquad high = Biquad.lowPass(random.logUniform(3000, 7400), 0.7);
        double gustRate = random.uniform(0.3, 1.5);
        double gust = random.uniform(0, 0.4);
        for (int i = 0; i < out.length; i++) {
            double swell = 1 + gust * StrictMath.sin(Dsp.TWO_PI * gustRate * i / Dsp.RATE);
            out[i] = swell * high.next(low.next(random.noise()));
        }
        impulses(out, random.logUniform(10, 120), random.uniform(0.5, 2), 1500, 6500, 0.002, 0.006);
        fade(out, 0.05, 0.5, 0.05, 0.5);
        return out;
    }

    /** Sparse, sharp impulses of widely varying strength over faint noise: a fire or a dusty record. */
    double[] crackle() {
        double[] out = new double[samples(random.uniform(1.0, 2.7))];
        Biquad breath = Biquad.lowPass(random.logUniform(200, 1500), 0.7);
        double level = random.uniform(0.02, 0.25);
        for (int i = 0; i < out.length; i++) {
            out[i] = level * breath.next(random.noise());
        }
        impulses(out, random.logUniform(9, 70), random.uniform(3, 6), 900, 6500, 0.001, 0.009);
        return out;
    }

    /** Adds decaying resonances at random times, on average {@code perSecond} per second, in place. */
    private void impulses(
            double[] out,
            double perSecond,
            double level,
            double lowest,
            double highest,
            double shortest,
            double longest) {
        for (double at = next(perSecond); at < out.length / (double) Dsp.RATE; at += next(perSecond)) {
            double f = random.logUniform(lowest, highest);
            double decay = random.logUniform(shortest, longest);
            double strength = level * random.logUniform(0.08, 1);
            int n = samples(6 * decay);
            int start = samples(at);
            double fall = StrictMath.exp(-1 / (decay * Dsp.RATE));
            double envelope = strength;
            for (int i = 0; i < n && start + i < out.length; i++) {
                out[start + i] += envelope * StrictMath.sin(Dsp.TWO_PI * f * i / Dsp.RATE);
                envelope *= fall;
            }
        }
    }

    /** Waiting time of a Poisson process. */
    private double next(double perSecond) {
        return -StrictMath.log(1 - random.nextDouble()) / perSecond;
    }

    /** Background noise of a random colour, from bright to dull, with a slow swell; RMS about 1. */
    double[] background(int length) {
        double pole = random.uniform(0, 0.97);
        double bright = random.uniform(0.02, 0.3);
        double swell = random.uniform(0, 0.5);
        double swellRate = random.uniform(0.1, 0.8);
        double phase = random.nextDouble();
        double[] out = new double[length];
        double dull = 0;
        for (int i = 0; i < length; i++) {
            double white = random.noise();
            dull = pole * dull + (1 - pole) * white;
            double level = 1 + swell * StrictMath.sin(Dsp.TWO_PI * (phase + swellRate * i / Dsp.RATE));
            out[i] = level * (dull + bright * white);
        }
        double rms = Dsp.rms(out);
        Dsp.scale(out, rms > 0 ? 1 / rms : 0);
        return out;
    }
}
