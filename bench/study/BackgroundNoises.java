package org.unmute.data.scene;

import java.util.function.DoubleUnaryOperator;
import org.unmute.data.scene.Dsp.Biquad;

/**
 * Kinds of background noise. Each draws its random numbers in a fixed order and computes sines by recurrence rather
 * than per sample, so that an hour takes about a second.
 */
final class BackgroundNoises {
    private final SceneRandom random;
    private final float[] out;

    private BackgroundNoises(SceneRandom random, int length) {
        this.random = random;
        out = new float[length];
    }

    /** Noise of a kind with an RMS of 1. */
    static float[] of(String kind, long seed, int length) {
        BackgroundNoises noises = new BackgroundNoises(new SceneRandom(seed), length);
        float[] out = switch (kind) {
            case "pink" -> noises.pink();
            case "brown" -> noises.brown();
            case "wind" -> noises.wind();
            case "hum" -> noises.hum();
            case "insects" -> noises.insects();
            case "traffic" -> noises.traffic();
            default -> noises.clicks();
        };
        double rms = Dsp.rms(out, 0, length);
        for (int i = 0; i < length; i++) {
            out[i] = (float) (out[i] / rms);
        }
        return out;
    }

    /** The sum of one-pole low passes two octaves apart falls by 3 dB per octave. */
    private float[] pink() {
        double lowest = 12;
        int poles = (int) (StrictMath.log(0.4 * Dsp.RATE / lowest) / StrictMath.log(4)) + 1;
        double[] share = new double[poles];
        double[] gain = new double[poles];
        double[] state = new double[poles];
        for (int k = 0; k < poles; k++) {
            double frequency = lowest * StrictMath.pow(4, k);
            share[k] = 1 - StrictMath.exp(-Dsp.TWO_PI * frequency / Dsp.RATE);
            gain[k] = StrictMath.pow(2, -k);
        }
        // Compensates for the missing poles below the lowest and above the highest.
        gain[0] *= 2;
        double rest = 0.4 * gain[poles - 1];
        for (int i = 0; i < out.length; i++) {
            double white = random.noise();
            double sum = rest * white;
            for (int k = 0; k < poles; k++) {
                state[k] += share[k] * (white - state[k]);
                sum += gain[k] * state[k];
            }
            out[i] = (float) sum;
        }
        return out;
    }

    private float[] brown() {
        double share = 1 - StrictMath.exp(-Dsp.TWO_PI * random.logUniform(10, 40) / Dsp.RATE);
        Biquad rumble = Biquad.highPass(8, 0.7);
        double state = 0;
        for (int i = 0; i < out.length; i++) {
            state += share * (random.noise() - state);
            out[i] = (float) rumble.next(state);
        }
        return out;
    }

    private float[] wind() {
        double strength = random.uniform(0.5, 1.1);
        Course gust = new Course(random.logUniform(0.1, 0.5), v -> StrictMath.exp(strength * v));
        Biquad body = Biquad.lowPass(random.logUniform(120, 500), 0.8);
        Biquad whistle = Biquad.bandPass(random.logUniform(400, 1100), random.uniform(2, 6));
        double air = random.uniform(0.05, 0.4);
        for (int i = 0; i < out.length; i++) {
            double level = gust.next();
            double white = random.noise();
            // The whistling grows faster than the wind.
            out[i] = (float) (level * (body.next(white) + air * level * whistle.next(white)));
        }
        return out;
    }

    private float[] hum() {
        double mains = (random.chance(0.5) ? 50 : 60) * random.uniform(0.997, 1.003);
        double fall = random.uniform(0.4, 1.4);
        double hiss = random.logUniform(0.01, 0.1);
        int harmonics = 16;
        Tone[] tones = new Tone[harmonics];
        for (int k = 0; k < harmonics; k++) {
            // Rectifiers add even harmonics, transformers odd ones.
            double amplitude = StrictMath.pow(k + 1, -fall) * random.uniform(0.2, 1);
            tones[k] = new Tone(mains * (k + 1), amplitude, random.nextDouble());
        }
        Course load = new Course(0.3, v -> 1 + 0.08 * v);
        for (int i = 0; i < out.length; i++) {
            double sum = 0;
            for (Tone tone : tones) {
                sum += tone.next();
            }
            out[i] = (float) (load.next() * sum + hiss * random.noise());
        }
        return out;
    }

    private float[] insects() {
        int voices = random.between(1, 3);
        for (int v = 0; v < voices; v++) {
            double carrier = random.logUniform(Math.min(2500, 0.25 * Dsp.RATE), Math.min(8500, 0.42 * Dsp.RATE));
            Tone tone = new Tone(carrier, v == 0 ? 1 : random.uniform(0.2, 0.8), random.nextDouble());
            Tone pulse = new Tone(random.logUniform(18, 60), 0.5, random.nextDouble());
            boolean steady = random.chance(0.4);
            double chirp = random.uniform(0.15, 0.8);
            double pause = random.logUniform(0.2, 2);
            double attack = 1 - StrictMath.exp(-1 / (0.005 * Dsp.RATE));
            double gate = 0;
            double target = 1;
            int left = samples(chirp);
            for (int i = 0; i < out.length; i++) {
                if (--left < 0 && !steady) {
                    target = 1 - target;
                    left = samples((target > 0 ? chirp : pause) * random.uniform(0.8, 1.2));
                }
                gate += attack * (target - gate);
                out[i] += (float) (gate * (0.5 + pulse.next()) * tone.next());
            }
        }
        Biquad night = Biquad.highPass(1000, 0.7);
        double hiss = random.logUniform(0.01, 0.06);
        for (int i = 0; i < out.length; i++) {
            out[i] += (float) (hiss * night.next(random.noise()));
        }
        return out;
    }

    private float[] traffic() {
        double perSecond = random.uniform(3, 15) / 60;
        double depth = random.uniform(1, 4);
        int steps = out.length / Course.STEP + 2;
        double[] passes = new double[steps];
        double seconds = out.length / (double) Dsp.RATE;
        for (double at = waiting(perSecond); at < seconds; at += waiting(perSecond)) {
            double width = random.uniform(0.8, 3);
            double loud = random.logUniform(0.2, 1);
            for (int s = 0; s < steps; s++) {
                double distance = (s * (double) Course.STEP / Dsp.RATE - at) / width;
                passes[s] += loud / (1 + distance * distance * distance * distance);
            }
        }
        Biquad rumble = Biquad.lowPass(random.logUniform(60, 180), 0.7);
        Biquad tyres = Biquad.bandPass(random.logUniform(500, 1100), 0.7);
        Course unsteady = new Course(0.15, v -> Math.max(0.4, 1 + 0.2 * v));
        for (int i = 0; i < out.length; i++) {
            int step = i / Course.STEP;
            double between = (i % Course.STEP) / (double) Course.STEP;
            double pass = passes[step] + between * (passes[step + 1] - passes[step]);
            double white = random.noise();
            double body = rumble.next(white);
            out[i] = (float) (unsteady.next() * body + pass * (depth * body + 0.3 * tyres.next(white)));
        }
        return out;
    }

    private float[] clicks() {
        Biquad room = Biquad.lowPass(random.logUniform(300, 1500), 0.7);
        double level = random.logUniform(0.01, 0.06);
        Strikes strikes = new Strikes(random.logUniform(0.7, 8), 6, 900, 6000, 0.0008, 0.005);
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (level * room.next(random.noise()) + strikes.next());
        }
        return out;
    }

    private int samples(double seconds) {
        return (int) (seconds * Dsp.RATE);
    }

    /** Waiting time of a Poisson process, in seconds. */
    private double waiting(double perSecond) {
        return -StrictMath.log(1 - random.nextDouble()) / perSecond;
    }

    /** A steady sine, computed by a two-term recurrence; silent above 0.47 of the sample rate. */
    private final class Tone {
        private final double twice;
        private double before;
        private double now;

        /** @param phase in cycles */
        Tone(double frequency, double amplitude, double phase) {
            double step = Dsp.TWO_PI * frequency / Dsp.RATE;
            double audible = frequency < 0.47 * Dsp.RATE ? amplitude : 0;
            twice = 2 * StrictMath.cos(step);
            before = audible * StrictMath.sin(Dsp.TWO_PI * phase - step);
            now = audible * StrictMath.sin(Dsp.TWO_PI * phase);
        }

        double next() {
            double value = now;
            now = twice * now - before;
            before = value;
            return value;
        }
    }

    /** A slowly varying random value: smoothed noise of variance 1, mapped, with linear interpolation between steps. */
    private final class Course {
        static final int STEP = 64;
        private final double pole;
        private final double innovation;
        private final DoubleUnaryOperator map;
        private double rough;
        private double smooth;
        private double value;
        private double slope;
        private int left;

        Course(double hertz, DoubleUnaryOperator map) {
            pole = StrictMath.exp(-Dsp.TWO_PI * hertz * STEP / Dsp.RATE);
            innovation = StrictMath.sqrt(1 - pole * pole);
            this.map = map;
            rough = random.noise();
            smooth = rough / StrictMath.sqrt(2);
            value = mapped();
        }

        private double mapped() {
            return map.applyAsDouble(smooth * StrictMath.sqrt(2));
        }

        double next() {
            if (left == 0) {
                rough = pole * rough + innovation * random.noise();
                smooth += (1 - pole) * (rough - smooth);
                slope = (mapped() - value) / STEP;
                left = STEP;
            }
            left--;
            value += slope;
            return value;
        }
    }

    /** Decaying resonances that are struck at random times, following a Poisson process. */
    private final class Strikes {
        private final double perSample;
        private final double[] twice;
        private final double[] fall;
        private final double[] strength;
        private final double[] now;
        private final double[] before;
        private double wait;

        Strikes(double perSecond, int resonances, double lowest, double highest, double shortest, double longest) {
            perSample = perSecond / Dsp.RATE;
            twice = new double[resonances];
            fall = new double[resonances];
            strength = new double[resonances];
            now = new double[resonances];
            before = new double[resonances];
            for (int k = 0; k < resonances; k++) {
                double w = Dsp.TWO_PI * random.logUniform(lowest, Math.min(highest, 0.45 * Dsp.RATE)) / Dsp.RATE;
                double r = StrictMath.exp(-1 / (random.logUniform(shortest, longest) * Dsp.RATE));
                twice[k] = 2 * r * StrictMath.cos(w);
                fall[k] = r * r;
                strength[k] = StrictMath.sin(w);
            }
            wait = waiting(perSample);
        }

        double next() {
            int struck = -1;
            double push = 0;
            if (--wait < 0) {
                struck = random.between(0, twice.length - 1);
                push = strength[struck] * random.logUniform(0.08, 1);
                wait = waiting(perSample);
            }
            double sum = 0;
            for (int k = 0; k < twice.length; k++) {
                double y = twice[k] * now[k] - fall[k] * before[k] + (k == struck ? push : 0);
                before[k] = now[k];
                // Denormal numbers would be many times slower.
                now[k] = Math.abs(y) < 1e-30 ? 0 : y;
                sum += now[k];
            }
            return sum;
        }
    }
}
