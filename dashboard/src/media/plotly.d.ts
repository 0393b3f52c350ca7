/** plotly.js has no types of this build; `PlotlyView.tsx` says which of its functions are used. */
declare module "plotly.js-strict-dist-min";
