package org.unmute.data.scene;

/** Shared by all sound recipes: random numbers, drawn in a fixed order, and times in seconds. */
abstract class SoundRecipes {
    final SceneRandom random;

    SoundRecipes(SceneRandom random) {
        this.random = random;
    }

    static int samples(double seconds) {
        return (int) (seconds * Dsp.RATE);
    }

    /** Fades in and out, each over a random duration in seconds between two bounds. */
    final void fade(double[] x, double minIn, double maxIn, double minOut, double maxOut) {
        Dsp.fade(x, samples(random.uniform(minIn, maxIn)), samples(random.uniform(minOut, maxOut)));
    }
}
