package org.unmute.models.frontend;

/** A scale of pitch, up to a constant factor, in whose steps mel bands lie. */
public enum MelScale {
    /** {@code ln(1 + f / 700)}: HTK's and kaldi's. */
    LOGARITHMIC {
        @Override
        public double mel(double hertz) {
            return Math.log1p(hertz / 700);
        }

        @Override
        public double hertz(double mel) {
            return 700 * Math.expm1(mel);
        }
    },
    /** Slaney's: 200/3 Hz a mel up to 1 kHz, then a factor of 6.4 in 27 mel. */
    SLANEY {
        @Override
        public double mel(double hertz) {
            double linear = hertz * 3 / 200;
            return linear < BREAK ? linear : BREAK + Math.log(hertz / 1000) / STEP;
        }

        @Override
        public double hertz(double mel) {
            return mel < BREAK ? mel * 200 / 3 : 1000 * Math.exp(STEP * (mel - BREAK));
        }
    };

    private static final double BREAK = 15;
    private static final double STEP = Math.log(6.4) / 27;

    /** The pitch of a frequency. */
    public abstract double mel(double hertz);

    /** The frequency of a pitch. */
    public abstract double hertz(double mel);
}
