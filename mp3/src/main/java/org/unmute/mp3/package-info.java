/**
 * MP3 as an {@link org.unmute.audio.AudioStream}. Frames are decoded by JLayer ({@code
 * com.googlecode.soundlibs:jlayer}), the only decoder on Maven Central for MPEG-1, MPEG-2 and MPEG-2.5: {@code
 * fr.delthas:javamp3} reads only MPEG-1, and the others are copies of JLayer. JLayer is no longer maintained and trusts
 * its input, so it never gets a whole file. {@code Mp3Frames} finds the frames, checks their headers and lengths
 * against the file, and passes on one frame of at most 1.7 kB at a time. The work per frame is bounded, because
 * JLayer's loops run over bits of the frame or of the 4 kB before it. At 24 kHz, one of its tables differs from the
 * standard in one place (a band begins at line 330 instead of 332), an error of about -60 dB.
 */
package org.unmute.mp3;
