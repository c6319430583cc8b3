import './base.css';
import './form.css';
import './pages.css';
import './record.css';
