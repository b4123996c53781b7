package org.unmute.data.scene;

import org.unmute.data.scene.Dsp.Biquad;
import org.unmute.data.scene.Dsp.Harmonics;

/** Recipes of the pitched classes. Each draws its random numbers in a fixed order. */
final class TonalSounds extends SoundRecipes {
    TonalSounds(SceneRandom random) {
        super(random);
    }

    private double[] rollOff(int harmonics, double lowPower, double highPower) {
        double power = random.uniform(lowPower, highPower);
        double[] a = new double[harmonics];
        for (int k = 0; k < harmonics; k++) {
            a[k] = StrictMath.pow(k + 1, -power) * random.uniform(0.6, 1.4);
        }
        return a;
    }

    /** A tone that sweeps up and down continuously, smoothly or as a two-tone horn. */
    double[] siren() {
        double[] out = new double[samples(random.uniform(1.2, 2.6))];
        double low = random.logUniform(420, 950);
        double ratio = random.uniform(1.25, 2.3);
        double sweepRate = random.logUniform(0.35, 3.2);
        double phase = random.nextDouble();
        int shape = random.between(0, 2);
        Harmonics tone = new Harmonics(rollOff(5, 1.0, 2.6));
        double slewed = low;
        for (int i = 0; i < out.length; i++) {
            double t = phase + sweepRate * i / Dsp.RATE;
            double cycle = t - Math.floor(t);
            double position = switch (shape) {
                case 0 -> 0.5 - 0.5 * StrictMath.cos(Dsp.TWO_PI * cycle);
                case 1 -> cycle < 0.5 ? 2 * cycle : 2 - 2 * cycle;
                default -> cycle < 0.5 ? 0 : 1;
            };
            double target = low * StrictMath.pow(ratio, position);
            slewed += (target - slewed) * 0.004;
            out[i] = tone.next(shape == 2 ? slewed : target);
        }
        fade(out, 0.02, 0.3, 0.05, 0.4);
        return out;
    }

    /** A few short, high sweeps. */
    double[] birdChirp() {
        int chirps = random.between(2, 8);
        double base = random.logUniform(1800, 4600);
        double length = random.uniform(0.035, 0.16);
        double gap = random.uniform(0.03, 0.22);
        double bend = random.uniform(-0.5, 0.5);
        double arch = random.uniform(-0.35, 0.35);
        double[] out = new double[samples(chirps * (length * 1.3 + gap * 1.4) + 0.02)];
        double[] harmonics = rollOff(2, 2, 4);
        double at = 0;
        for (int c = 0; c < chirps; c++) {
            double[] chirp = new double[samples(length * random.uniform(0.75, 1.25))];
            double start = base * random.uniform(0.9, 1.12);
            Harmonics tone = new Harmonics(harmonics);
            for (int i = 0; i < chirp.length; i++) {
                double x = i / (double) chirp.length;
                chirp[i] = tone.next(start * (1 + bend * x + 4 * arch * x * (1 - x)));
            }
            Dsp.fade(chirp, chirp.length / 4, chirp.length / 2);
            Dsp.addAt(out, chirp, samples(at), random.uniform(0.5, 1));
            at += length + gap * random.uniform(0.7, 1.3);
        }
        return out;
    }

    /** Harmonics of a low, unsteady fundamental with a rumble below. */
    double[] engine() {
        double[] out = new double[samples(random.uniform(1.2, 2.8))];
        double base = random.logUniform(38, 140);
        double drift = random.uniform(-0.35, 0.35);
        double wobbleRate = random.uniform(2.5, 11);
        double wobble = random.uniform(0.005, 0.05);
        double beat = random.uniform(0, 0.6);
        double roughness = random.uniform(0.1, 0.7);
        Harmonics tone = new Harmonics(rollOff(26, 0.5, 1.3));
        Biquad rumble = Biquad.lowPass(random.uniform(150, 900), 0.8);
        double jitter = 0;
        for (int i = 0; i < out.length; i++) {
            double t = i / (double) Dsp.RATE;
            jitter = 0.999 * jitter + 0.045 * random.noise();
            double swing = StrictMath.sin(Dsp.TWO_PI * wobbleRate * t);
            double f = base * (1 + drift * i / out.length) * (1 + wobble * swing + 0.01 * jitter);
            out[i] = tone.next(f) * (1 + beat * swing) + roughness * 3 * rumble.next(random.noise());
        }
        fade(out, 0.05, 0.5, 0.05, 0.5);
        return out;
    }

    /** Strikes of inharmonic, decaying partials; the high ones decay first. */
    double[] bell() {
        int strikes = random.between(1, 3);
        double interval = random.uniform(0.25, 0.9);
        double decay = random.logUniform(0.18, 0.9);
        double nominal = random.logUniform(350, 1700);
        double stretch = random.uniform(0.96, 1.06);
        double[] partials = {0.5, 1, 1.19, 1.5, 2, 2.53, 3.01, 4.17, 5.43};
        double[] levels = new double[partials.length];
        for (int k = 0; k < partials.length; k++) {
            partials[k] = StrictMath.pow(partials[k], stretch) * random.uniform(0.985, 1.015);
            levels[k] = random.uniform(0.2, 1) / (1 + 0.35 * k);
        }
        double[] strike = new double[samples(Math.min(2.2, 3.5 * decay))];
        for (int k = 0; k < partials.length; k++) {
            double f = nominal * partials[k];
            if (f > 0.47 * Dsp.RATE) {
                continue;
            }
            // A decaying sine is a two-pole resonance: one StrictMath call per partial, not per sample.
            double r = StrictMath.exp(-(1 + 0.45 * k) / (decay * Dsp.RATE));
            double twoCos = 2 * r * StrictMath.cos(Dsp.TWO_PI * f / Dsp.RATE);
            double before = 0;
            double now = levels[k] * r * StrictMath.sin(Dsp.TWO_PI * f / Dsp.RATE);
            for (int i = 0; i < strike.length; i++) {
                strike[i] += now;
                double next = twoCos * now - r * r * before;
                before = now;
                now = next;
            }
        }
        Dsp.fade(strike, samples(0.001), samples(0.05));
        double[] out = new double[strike.length + samples((strikes - 1) * interval * 1.1)];
        for (int s = 0; s < strikes; s++) {
            Dsp.addAt(out, strike, samples(s * interval * random.uniform(0.95, 1.05)), random.uniform(0.6, 1));
        }
        return out;
    }

    /** Regular beeps of one steady tone or two alternating tones. */
    double[] alarm() {
        int beeps = random.between(3, 10);
        double first = random.logUniform(650, 3300);
        double second = random.chance(0.4) ? first * random.uniform(0.7, 1.4) : first;
        double on = random.logUniform(0.05, 0.22);
        double off = random.logUniform(0.04, 0.25);
        double[] harmonics = rollOff(random.between(1, 7), 0.6, 2);
        int period = samples(on + off);
        double[] out = new double[period * beeps];
        for (int b = 0; b < beeps; b++) {
            double[] beep = new double[samples(on)];
            Harmonics tone = new Harmonics(harmonics);
            for (int i = 0; i < beep.length; i++) {
                beep[i] = tone.next(b % 2 == 0 ? first : second);
            }
            Dsp.fade(beep, samples(0.004), samples(0.006));
            Dsp.addAt(out, beep, b * period, 1);
        }
        return out;
    }

    /** One gliding tone with vibrato and breath. */
    double[] whistle() {
        double[] out = new double[samples(random.uniform(0.5, 1.9))];
        double start = random.logUniform(650, 2700);
        double glide = random.logUniform(0.5, 2);
        double curve = random.logUniform(0.4, 2.5);
        double vibratoRate = random.uniform(3.5, 7.5);
        double vibrato = random.uniform(0, 0.03);
        double breath = random.uniform(0.02, 0.35);
        Harmonics tone = new Harmonics(rollOff(3, 2, 3.5));
        Biquad air = Biquad.bandPass(Math.min(0.45 * Dsp.RATE, start * 1.5), 1.2);
        for (int i = 0; i < out.length; i++) {
            double x = StrictMath.pow(i / (double) out.length, curve);
            double swing = StrictMath.sin(Dsp.TWO_PI * vibratoRate * i / Dsp.RATE);
            out[i] = tone.next(start * StrictMath.pow(glide, x) * (1 + vibrato * swing))
                    + breath * air.next(random.noise());
        }
        fade(out, 0.02, 0.15, 0.04, 0.25);
        return out;
    }
}
